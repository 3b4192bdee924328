package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Pending migrations whose doings are known, and what their rehearsal says of them. */
@Tag("engines")
final class RehearsalTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  version: "17"
                  extensions: [pg_stat_statements]
                  databases:
                    shop:
                      migrations: { folder: sql, when: asked, gaps: true, maxLock: 1h, forbid: [rewrite, drop] }
            """;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Installation installation;
    private RunningStack shop;

    @BeforeEach
    void begin() throws IOException {
        installation = Places.installation("rehearsal");
        Path folder = Places.folder(installation, "shop");
        Files.createDirectories(folder.resolve("sql"));
        shop = new RunningStack(installation, folder, "shop");
        file("V1__shop.sql", """
                CREATE TABLE items (id integer PRIMARY KEY, word text NOT NULL, price integer, gone text);
                CREATE TABLE orders (id integer PRIMARY KEY, item integer);
                CREATE TABLE old (id integer);
                CREATE TABLE log (id integer);
                CREATE INDEX items_gone ON items (gone);
                INSERT INTO items SELECT g, md5(g::text), g, 'x' FROM generate_series(1, 20000) g;
                INSERT INTO orders SELECT g, g FROM generate_series(1, 5000) g;
                INSERT INTO old VALUES (1);
                INSERT INTO log SELECT generate_series(1, 100);
                """);
        shop.write(YAML);
        shop.run("up").orFail();
        shop.run("migrate", "up").orFail();
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void eachFileIsSeenToDoWhatItDoes() throws IOException {
        assertThat(shop.run("migrate", "rehearse").orFail().out()).contains("nothing is pending");
        file("V2__column.sql", "ALTER TABLE items ADD COLUMN stock integer NOT NULL DEFAULT 7;\n");
        file("V3__type.sql", """
                /* another */ ALTER TABLE orders ADD COLUMN note text;

                -- every row is written
                ALTER TABLE items
                    ALTER COLUMN id TYPE bigint;
                """);
        file("V4__index.sql", "CREATE INDEX items_word ON items (word);\n");
        file("V5__concurrently.sql", "CREATE INDEX CONCURRENTLY items_price ON items (price);\n");
        file("V6__key.sql", """
                ALTER TABLE orders ADD CONSTRAINT orders_item FOREIGN KEY (item) REFERENCES items (id) NOT VALID;
                """);
        file("V7__valid.sql", "ALTER TABLE orders VALIDATE CONSTRAINT orders_item;\n");
        file("V8__drop.sql", """
                ALTER TABLE items DROP COLUMN price;
                DROP TABLE old;
                DROP INDEX items_gone;
                CREATE TABLE passing (id integer);
                DROP TABLE passing;
                """);
        file("V9__update.sql", "UPDATE items SET stock = stock + 1;\n");
        file("V10__empty.sql", "DELETE FROM orders WHERE id <= 10;\nTRUNCATE log;\n");
        file("V11__full.sql", "VACUUM FULL orders;\n");
        file(
                "V12__quiet.sql",
                "SET client_min_messages = error;\nCREATE TABLE fresh (id integer);\n"
                        + "ALTER TABLE fresh ADD COLUMN other integer DEFAULT random();\nINSERT INTO fresh VALUES (1), (2);\n");
        file("V13__fails.sql", "ALTER TABLE orders ADD COLUMN more text;\nALTER TABLE nowhere ADD COLUMN x integer;\n");
        file("V14__never.sql", "CREATE TABLE never (id integer);\n");
        String before = fingerprint();

        Outcome outcome = shop.run("migrate", "rehearse", "main/shop", "--output", "json");

        Json seen = outcome.json();
        assertThat(outcome.status()).as(outcome.text()).isEqualTo(5);
        assertThat(names(seen, "files", "label"))
                .containsExactly("V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10", "V11", "V12", "V13");

        // a default that is the same for all rows needs the strongest lock for a moment, and no row
        Json column = file(seen, "V2");
        assertThat(mode(column, "public.items", "AccessExclusiveLock")).isPresent();
        assertThat(column.itemsAt("rewrites")).isEmpty();
        assertThat(breaches(column)).isEmpty();

        Json type = file(seen, "V3");
        assertThat(names(type, "rewrites", "table")).containsExactly("public.items");
        assertThat(type.itemsAt("rewrites").getFirst().textAt("because").orElse(""))
                .contains("type");
        assertThat(breaches(type)).containsExactly("rewrite");
        assertThat(type.itemsAt("breaches").getFirst().longAt("line")).hasValue(4L);
        // of the first statement's lock too it is known that it is held to the end
        Json early = mode(type, "public.orders", "AccessExclusiveLock").orElseThrow();
        Json late = mode(type, "public.items", "AccessExclusiveLock").orElseThrow();
        assertThat(early.longAt("statement")).hasValue(1L);
        assertThat(late.longAt("statement")).hasValue(2L);
        assertThat(early.longAt("micros").orElseThrow())
                .isGreaterThanOrEqualTo(late.longAt("micros").orElseThrow());
        assertThat(type.itemsAt("statements").get(1).textAt("text").orElse("")).startsWith("ALTER TABLE items");
        assertThat(type.longAt("walBytes").orElseThrow()).isGreaterThan(1_000_000);

        Json index = file(seen, "V4");
        assertThat(hurting(index)).containsExactly("public.items ShareLock");
        assertThat(index.longAt("readsBlockedMicros")).hasValue(0L);
        assertThat(index.longAt("writesBlockedMicros").orElseThrow()).isPositive();

        Json concurrently = file(seen, "V5");
        assertThat(concurrently.isAt("transactional")).isFalse();
        assertThat(hurting(concurrently)).isEmpty();
        assertThat(mode(concurrently, "public.items", "ShareUpdateExclusiveLock"))
                .isPresent();

        assertThat(hurting(file(seen, "V6")))
                .containsExactly("public.items ShareRowExclusiveLock", "public.orders ShareRowExclusiveLock");
        assertThat(hurting(file(seen, "V7"))).isEmpty();

        Json drop = file(seen, "V8");
        assertThat(drop.itemsAt("drops").stream().map(one -> one.textAt("name").orElse("")))
                .containsExactly("public.items.price", "public.old", "public.items_gone");
        assertThat(breaches(drop)).containsExactly("drop", "drop");
        assertThat(hurting(drop)).containsExactly("public.items AccessExclusiveLock", "public.old AccessExclusiveLock");

        Json update = file(seen, "V9");
        assertThat(rows(update, "public.items")).isEqualTo("0 20000 0");
        assertThat(hurting(update)).containsExactly("public.items rows");
        assertThat(update.itemsAt("statements").getFirst().longAt("rows")).hasValue(20_000L);

        Json empty = file(seen, "V10");
        assertThat(rows(empty, "public.orders")).isEqualTo("0 0 10");
        assertThat(names(empty, "drops", "kind")).containsExactly("all rows");
        assertThat(breaches(empty)).containsExactly("drop", "drop");

        Json full = file(seen, "V11");
        assertThat(names(full, "rewrites", "table")).containsExactly("public.orders");
        assertThat(breaches(full)).containsExactly("rewrite");

        // nobody can wait for what did not exist, however little the file wants to hear of it
        Json quiet = file(seen, "V12");
        assertThat(hurting(quiet)).isEmpty();
        assertThat(breaches(quiet)).isEmpty();
        assertThat(rows(quiet, "public.fresh")).isEqualTo("2 0 0");

        Json fails = file(seen, "V13");
        assertThat(fails.textAt("failure").orElse("")).contains("nowhere");
        assertThat(mode(fails, "public.orders", "AccessExclusiveLock")).isPresent();
        Set<String> codes = new TreeSet<>(names(seen, "problems", "code"));
        assertThat(codes).containsExactly("HF3580", "HF3581");

        // nothing of it happened where it counts, and nothing of the copy is left
        assertThat(fingerprint()).isEqualTo(before);
        assertThat(shop.run("stacks").orFail().out()).doesNotContain("@");
        assertThat(copies()).isEmpty();

        // a person is told the same, and CI by the status
        Outcome told = shop.run("migrate", "check", "--rehearse");
        assertThat(told.status()).isEqualTo(5);
        Files.delete(shop.folder().resolve("sql/V13__fails.sql"));
        for (String bad : List.of("V3__type.sql", "V8__drop.sql", "V10__empty.sql", "V11__full.sql")) {
            Files.delete(shop.folder().resolve("sql").resolve(bad));
        }
        Outcome good = shop.run("migrate", "rehearse", "--keep", "looked-at");
        assertThat(good.orFail().out())
                .contains("READS BLOCKED")
                .contains("V4__index.sql")
                .contains("nobody writes for")
                .contains("kept as shop@looked-at");
        assertThat(lastLine(shop.run(
                        "connect", "main", "--stack", "shop@looked-at", "--", "-qtAc", "SELECT count(*) FROM fresh")))
                .isEqualTo("2");
        // the limit is of the file
        shop.write(YAML.replace("maxLock: 1h", "maxLock: 1ms"));
        shop.run("apply", "--yes").orFail();
        Outcome strict = shop.run("migrate", "rehearse");
        assertThat(strict.status()).isEqualTo(5);
        assertThat(strict.err()).contains("maxLock").contains("is allowed").contains("CONCURRENTLY");
    }

    @Test
    void aRehearsalThatIsCutOffLeavesNothing() throws Exception {
        file("V2__long.sql", "ALTER TABLE items ADD COLUMN x integer;\nSELECT pg_sleep(600);\n");
        String before = fingerprint();
        Path output = shop.folder().resolve("rehearse.txt");

        Process rehearsing = installation.start(shop.folder(), output, "migrate", "rehearse");
        awaitSleep();
        Machine.kill(Machine.daemon(installation));
        rehearsing.waitFor();
        Await.until(
                "the next daemon has removed the copy",
                PATIENCE,
                () -> !shop.run("stacks").orFail().out().contains("@") && copies().isEmpty(),
                () -> shop.run("stacks").out() + copies());

        Process impatient = installation.start(shop.folder(), output, "migrate", "rehearse");
        awaitSleep();
        impatient.destroy();
        impatient.waitFor();
        Await.until(
                "the daemon has removed the copy",
                PATIENCE,
                () -> copies().isEmpty(),
                () -> shop.run("stacks").out() + copies());
        assertThat(fingerprint()).isEqualTo(before);
    }

    /** The file sleeps in some copy: its server has a process that says so. */
    private void awaitSleep() {
        Await.until(
                "the rehearsal is in the middle of the file",
                PATIENCE,
                () -> copies().stream()
                        .anyMatch(copy -> lastLineOf(
                                        shop.run(
                                                "connect",
                                                "main",
                                                "--stack",
                                                copy,
                                                "--role",
                                                "holdfast",
                                                "--",
                                                "-qtAc",
                                                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND wait_event = 'PgSleep'"))
                                .equals("1")),
                () -> shop.run("stacks").out());
    }

    private List<String> copies() {
        try (var stacks = Files.list(installation.home().resolve("data/stacks"))) {
            return stacks.map(path -> path.getFileName().toString())
                    .filter(name -> name.contains("@") && !name.endsWith("looked-at"))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** All that a migration could change: shapes, files, rows as the server counts them, and the record. */
    private String fingerprint() {
        return lastLine(shop.run("connect", "main", "--role", "holdfast", "--", "-qtAc", """
                SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (
                    SELECT format('%s %s %s %s', attrelid, attname, atttypid, attnum) AS x FROM pg_attribute
                    UNION ALL SELECT format('%s %s %s', oid, relname, relfilenode) FROM pg_class WHERE relkind <> 't'
                    UNION ALL SELECT format('%s %s %s %s', relid, n_tup_ins, n_tup_upd, n_tup_del) FROM pg_stat_user_tables
                    UNION ALL SELECT script FROM public.flyway_schema_history
                    UNION ALL SELECT evtname::text FROM pg_event_trigger) all_of_it
                """));
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(shop.folder().resolve("sql").resolve(name), text);
    }

    private static Json file(Json seen, String label) {
        return seen.itemsAt("files").stream()
                .filter(one -> one.textAt("label").orElse("").equals(label))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(Json json, String list, String key) {
        return json.itemsAt(list).stream()
                .map(one -> one.textAt(key).orElse(""))
                .toList();
    }

    private static List<String> breaches(Json file) {
        return names(file, "breaches", "rule");
    }

    private static List<String> hurting(Json file) {
        return file.itemsAt("hurting").stream()
                .map(lock -> lock.textAt("table").orElse("") + " "
                        + lock.textAt("mode").orElse(""))
                .toList();
    }

    private static Optional<Json> mode(Json file, String table, String mode) {
        return file.itemsAt("locks").stream()
                .filter(lock -> lock.textAt("table").orElse("").equals(table)
                        && lock.textAt("mode").orElse("").equals(mode))
                .findFirst();
    }

    private static String rows(Json file, String table) {
        return file.itemsAt("rows").stream()
                .filter(rows -> rows.textAt("table").orElse("").equals(table))
                .map(rows -> rows.longAt("inserted").orElse(0L) + " "
                        + rows.longAt("updated").orElse(0L) + " "
                        + rows.longAt("deleted").orElse(0L))
                .findFirst()
                .orElse("none");
    }

    private static String lastLine(Outcome outcome) {
        return lastLineOf(outcome.orFail());
    }

    private static String lastLineOf(Outcome outcome) {
        List<String> lines = outcome.out().strip().lines().toList();
        return lines.isEmpty() ? "" : lines.getLast();
    }
}
