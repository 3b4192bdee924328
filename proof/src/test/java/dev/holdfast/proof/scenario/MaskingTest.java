package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Copies for other eyes: what the rules of the file replace is found nowhere in them, and what must hold holds. */
@Tag("engines")
final class MaskingTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  version: "17"
                  resources: { cpu: 2, memory: 1Gi, storage: 5Gi }
                  extensions: [citext, pg_stat_statements]
                  databases:
                    shop:
                      audit: { tables: [people] }
                      masking:
            """;
    private static final String RULES = """
                        strict: true
                        empty: [sessions]
                        keep: [public.countries]
                        tables:
                          people:
                            id: digits
                            email: email
                            full_name: name
                            phone: phone
                            tax: digits
                            reference: hash
                            handle: hash
                            note: erase
                            secret: { rule: constant, value: "it's gone" }
                            pay: { rule: noise, percent: 10 }
                            born: { rule: truncate, unit: year }
                            seen: { rule: noise, within: 30d }
                            postcode: { rule: truncate, characters: 2 }
                            home: hash
                            shoes: shuffle
                            story: { rule: expression, sql: "'story of ' || length(it.story)" }
                          orders: { id: keep, person: digits, handle: hash, email: email, amount: keep }
                          visits: { id: keep, at: keep, who: email }
                          notes: { id: keep, body: erase }
                          letters: { recipient: hash }
            """;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Every value that must not be seen again has this in it, or is made of these digits. */
    private static final String NEEDLE = "n33dle";

    private Installation installation;
    private RunningStack shop;

    @BeforeEach
    void begin() {
        installation = Places.installation("masking");
        shop = RunningStack.up(installation, Places.folder(installation, "shop"), "shop", YAML + RULES.indent(12));
        sql("shop", """
                CREATE EXTENSION IF NOT EXISTS citext;
                CREATE TABLE countries (code text PRIMARY KEY);
                CREATE TABLE people (
                  id int PRIMARY KEY, email text NOT NULL UNIQUE, full_name varchar(40) NOT NULL, phone text UNIQUE,
                  tax text NOT NULL UNIQUE CHECK (tax ~ '^[0-9]{3}-[0-9]{2}-[0-9]{4}$'), reference uuid UNIQUE, handle citext UNIQUE,
                  note text, secret text, pay numeric(8, 2), born date, seen timestamptz, postcode text, home inet,
                  shoes int, story text, gone text,
                  short text GENERATED ALWAYS AS (left(email, 30)) STORED);
                ALTER TABLE people ENABLE ROW LEVEL SECURITY;
                ALTER TABLE people FORCE ROW LEVEL SECURITY;
                CREATE POLICY nobody ON people USING (current_setting('app.who', true) = 'me');
                CREATE INDEX ON people (lower(full_name));
                CREATE STATISTICS ON full_name, note FROM people;
                CREATE TABLE orders (id int PRIMARY KEY, person int REFERENCES people, handle citext REFERENCES people (handle), email text, amount int);
                CREATE TABLE visits (id int, at date, who text) PARTITION BY RANGE (at);
                CREATE TABLE visits_old PARTITION OF visits FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
                CREATE TABLE visits_new PARTITION OF visits FOR VALUES FROM ('2020-01-01') TO ('2100-01-01');
                CREATE TABLE sessions (token text);
                CREATE TABLE notes (id int, body text);
                CREATE TABLE letters (recipient text UNIQUE) INHERITS (notes);
                INSERT INTO notes VALUES (1, 'n33dle');
                INSERT INTO letters SELECT g, 'n33dle', 'n33dle' || g FROM generate_series(1, 300) g;
                SET app.who = 'me';
                INSERT INTO people SELECT g, 'n33dle' || g || '@mail.test', 'N33dle Person ' || g, '+49 30 77' || lpad(g::text, 7, '0'),
                    lpad((g % 1000)::text, 3, '0') || '-77-' || lpad(g::text, 4, '0'),
                    md5('n33dle' || g)::uuid, 'N33dle' || g, 'note n33dle', 'n33dle', g, date '1970-03-03' + g, now(), 'n33dle', '192.168.7.7',
                    g, repeat('n33dle ' || g, 800), 'gone n33dle ' || g
                  FROM generate_series(1, 3000) g;
                INSERT INTO orders SELECT g, 1 + g % 3000, 'n33DLE' || 1 + g % 3000, 'n33dle' || 1 + g % 3000 || '@mail.test', g
                  FROM generate_series(1, 6000) g;
                INSERT INTO visits SELECT g, date '2019-06-06' + g % 400, 'n33dle' || g || '@mail.test' FROM generate_series(1, 3000) g;
                INSERT INTO sessions SELECT 'n33dle' || g FROM generate_series(1, 100) g;
                UPDATE people SET note = 'second n33dle' WHERE id % 2 = 0;
                DELETE FROM visits WHERE id % 3 = 0;
                ALTER TABLE people DROP COLUMN gone;
                CREATE MATERIALIZED VIEW domains AS SELECT email, handle FROM orders WITH DATA;
                CREATE MATERIALIZED VIEW deeper AS SELECT lower(handle) AS n FROM domains;
                ANALYZE;
                """);
        shop.run("apply", "--yes").orFail();
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void aMaskedCopyHoldsNoOldValueAndAllThatMustHold() throws Exception {
        sqlAs("holdfast", "shop", "UPDATE people SET secret = 'changed n33dle'");
        assertThat(sqlAs(
                        "holdfast",
                        "shop",
                        "SELECT count(*) FROM holdfast.audit_log WHERE before::text LIKE '%n33dle%'"))
                .isNotEqualTo("0");

        sqlAs("holdfast", "shop", "ALTER DATABASE shop CONNECTION LIMIT 50");

        Json done;
        // a copy is as a crash would leave it: what others had not committed is a file that no table of the copy has
        Json login = shop.run("env", "--role", "holdfast", "--format", "json")
                .orFail()
                .json();
        try (Connection open = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + login.textAt("PGPORT").orElseThrow() + "/shop?sslmode=require",
                        "holdfast",
                        login.textAt("PGPASSWORD").orElseThrow());
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("CREATE TABLE lost AS SELECT 'n33dle' || g AS word FROM generate_series(1, 3000) g");
            sqlAs("holdfast", "shop", "CHECKPOINT");
            done = copy("dev").getLast();
        }

        assertThat(done.textAt("event")).as(done.pretty()).hasValue("done");
        assertThat(done.at("masked").orElseThrow().compact())
                .contains(
                        "{\"database\":\"shop\",\"table\":\"people\",\"column\":\"email\",\"rule\":\"email\",\"rows\":3000}");
        // forms, uniqueness and joins
        assertThat(
                        masked(
                                "SELECT count(DISTINCT email) || ' ' || count(*) FILTER (WHERE email ~ '^[a-z]+[.][0-9a-f]{16}@example[.]com$') FROM people"))
                .isEqualTo("3000 3000");
        assertThat(
                        masked(
                                "SELECT count(DISTINCT id) || ' ' || count(*) FILTER (WHERE id BETWEEN 1000 AND 9999) FROM people"))
                .isEqualTo("3000 2001");
        assertThat(
                        masked(
                                "SELECT count(DISTINCT phone) || ' ' || count(*) FILTER (WHERE phone ~ '^[+]49 30 77[0-9]{7}$') FROM people"))
                .isEqualTo("3000 3000");
        assertThat(
                        masked(
                                "SELECT count(DISTINCT reference) || ' ' || count(DISTINCT shoes) || ' ' || sum(shoes) FROM people"))
                .isEqualTo("3000 3000 4501500");
        assertThat(
                        masked(
                                "SELECT count(*) FROM orders o JOIN people p ON p.id = o.person AND p.handle = o.handle AND p.email = o.email"))
                .isEqualTo("6000");
        assertThat(masked("SELECT count(*) FROM visits v JOIN people p ON p.email = v.who"))
                .isEqualTo("2000");
        assertThat(
                        masked(
                                "SELECT count(*) FROM people WHERE note IS NOT NULL OR secret <> 'it''s gone' OR home << '10.0.0.0/8' IS NOT TRUE"
                                        + " OR extract(doy FROM born) <> 1 OR length(postcode) <> 2 OR story !~ '^story of [0-9]+$' OR short <> left(email, 30)"))
                .isEqualTo("0");
        assertThat(masked("SELECT count(*) FROM people WHERE full_name ~ '^[A-Z][a-z]+ [A-Z][a-z]+$'"))
                .isEqualTo("3000");
        assertThat(
                        masked(
                                "SELECT (SELECT count(*) FROM sessions) || ' ' || (SELECT count(*) FROM domains WHERE email IN (SELECT email FROM people)) || ' ' || (SELECT count(*) FROM deeper)"))
                .isEqualTo("0 6000 6000");
        // what inherits is reached by the rules of its parent and by its own
        assertThat(
                        masked(
                                "SELECT count(DISTINCT recipient) FILTER (WHERE recipient ~ '^[0-9a-f]{64}$') || ' ' || count(body) FROM letters"))
                .isEqualTo("300 0");
        assertThat(masked("SELECT datconnlimit FROM pg_database WHERE datname = 'shop'"))
                .isEqualTo("50");
        // what was taken out of force is in force again: keys, the audit, the doors
        assertThat(masked("SELECT count(*) FROM pg_index WHERE NOT indisvalid OR NOT indisready"))
                .isEqualTo("0");
        assertThat(masked("EXPLAIN SELECT FROM people WHERE email = 'x'")).contains("Index Cond");
        assertThat(
                        masked(
                                "UPDATE people SET secret = 'x' WHERE id = (SELECT max(id) FROM people); SELECT count(*) FROM holdfast.audit_log"))
                .isEqualTo("1");
        assertThat(sql("shop@dev", "SELECT count(*) FROM orders")).isEqualTo("6000");
        assertThat(shop.run("plan", "--stack", "shop@dev").orFail().out()).contains("nothing is to be done");
        // nothing of it is anywhere in the files of the copy
        shop.run("down", "shop@dev").orFail();
        assertThat(filesWith(folder("shop@dev"), NEEDLE)).isEmpty();
        // the same search finds it in the source, which was only read
        assertThat(filesWith(folder("shop"), NEEDLE)).isNotEmpty();
        assertThat(sqlAs("holdfast", "shop", "SELECT count(*) FROM people WHERE email LIKE 'n33dle%'"))
                .isEqualTo("3000");
    }

    @Test
    void aCopyThatCannotBeMaskedIsNotMade() {
        sqlAs("holdfast", "shop", "CREATE DATABASE byhand");
        // what the file says and the server does not have is said before anything is copied, all at once
        shop.write(YAML + """
                        strict: true
                        tables:
                          persons: { email: email }
                          people: { emial: email, full_name: { rule: constant, value: "x" }, phone: name, id: hash, short: hash, note: erase, email: erase, pay: { rule: constant, value: "much" }, story: { rule: expression, sql: "nothing(story)" } }
                          visits: { at: { rule: truncate, unit: month } }
                          visits_old: { who: erase }
                          notes: { id: keep, body: keep }
                          letters: { body: erase }
                          orders: { person: digits }
                          domains: { email: hash }
                """.indent(12));
        shop.run("apply", "--yes").orFail();
        String refused = copy("bad").getLast().pretty();
        assertThat(refused)
                .contains("HF3281", "HF3282", "HF3283")
                .contains("there is no table 'persons' in main/shop")
                .contains("has no column 'emial'", "Did you mean 'email'?")
                .contains(
                        "column 'phone' of 'people' must stay unique (people_phone_key), and the rule 'name' makes values alike")
                .contains("column 'id' of 'people' has the type integer, which the rule 'hash' does not know")
                .contains("column 'short' of 'people' is computed from others by the server")
                .contains("column 'email' of 'people' takes no NULL")
                .contains("does not take the constant for it: invalid input syntax for type numeric")
                .contains("does not take the expression for it: function nothing(text) does not exist")
                .contains("column 'at' of 'visits' decides in which partition a row is")
                .contains("'visits_old' of main/shop is a part of table 'visits'")
                .contains("column 'body' of 'letters' is inherited from 'notes', whose rules hold for it")
                .contains("of table 'letters' in main/shop, the column recipient has no rule")
                .contains("database 'byhand' of main is not declared, so that no rule reaches it")
                .contains(
                        "'orders.person' refers to 'people.id' (orders_person_fkey), and their rules are 'digits' and 'hash'")
                .contains("'domains' of main/shop is a materialized view")
                .contains("of table 'orders' in main/shop, the columns id, handle, email, amount have no rule");
        assertThat(folder("shop@bad")).doesNotExist();
        // a plan and a check tell of it too, the check of what nobody has thought of
        assertThat(shop.run("plan").orFail().out()).contains("there is no table 'persons' in main/shop");
        Outcome check = shop.run("mask", "check", "main");
        assertThat(check.status()).isEqualTo(2);
        assertThat(check.err()).contains("HF3283").contains("'emial'");
        assertThat(check.out())
                .contains("shop/sessions.token")
                .contains("its name says a secret")
                .contains("shop/visits.who")
                .contains("values look like an e-mail address")
                .doesNotContain("people.email");

        // what only the rows can tell ends it in the middle, and leaves nothing
        shop.write(YAML + """
                        tables:
                          people: { tax: hash, email: { rule: expression, sql: "'all@example.com'" } }
                """.indent(12));
        shop.run("apply", "--yes").orFail();
        List<Json> events = copy("bad");
        assertThat(events.getLast().pretty())
                .contains("HF3284")
                .contains("people_tax_check")
                .doesNotContain(NEEDLE);
        Await.until("nothing is left of it", PATIENCE, () -> !Files.exists(folder("shop@bad")), () -> "");
        shop.write(YAML + """
                        tables:
                          people: { email: { rule: expression, sql: "'all@example.com'" } }
                """.indent(12));
        shop.run("apply", "--yes").orFail();
        assertThat(copy("bad").getLast().pretty()).contains("HF3284").contains("people_email_key");
        assertThat(folder("shop@bad")).doesNotExist();
        // one who may see all can have it unmasked, and says so
        assertThat(ask("bad", true).getLast().textAt("event")).hasValue("done");
        assertThat(sqlAs("holdfast", "shop@bad", "SELECT count(*) FROM people WHERE email LIKE 'n33dle%'"))
                .isEqualTo("3000");
    }

    private static List<String> filesWith(Path folder, String needle) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                        .toLowerCase(java.util.Locale.ROOT)
                        .contains(needle)) {
                    found.add(folder.relativize(file).toString());
                }
            }
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
        return found;
    }

    private Path folder(String stack) {
        return installation.home().resolve("data/stacks").resolve(stack);
    }

    private List<Json> copy(String name) {
        return ask(name, false);
    }

    private List<Json> ask(String name, boolean unmasked) {
        return shop.copy(
                Json.object().put("name", name).put("unmasked", unmasked).build());
    }

    private String masked(String text) {
        return sqlAs("holdfast", "shop@dev", text);
    }

    private String sql(String stack, String text) {
        return lastLine(shop.run("connect", "main", "--stack", stack, "--", "-qtAc", text));
    }

    private String sqlAs(String role, String stack, String text) {
        return lastLine(shop.run("connect", "main", "--stack", stack, "--role", role, "--", "-qtAc", text));
    }

    private static String lastLine(Outcome outcome) {
        List<String> lines = outcome.orFail().out().strip().lines().toList();
        return lines.isEmpty() ? "" : lines.getLast();
    }
}
