package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Branches and copies with rules for masking: nobody enters before all of it is done, whatever is killed meanwhile. */
@Tag("engines")
final class BranchMaskingTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  version: "17"
                  databases:
                    shop:
                      masking: { tables: { people: { email: EMAIL, note: { rule: expression, sql: "public.held()" } } } }
            """;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** As one who was let in would count the old values. */
    private static final String SEEN =
            "SELECT count(*) FILTER (WHERE email LIKE '%n33dle%' OR note LIKE '%n33dle%') || ' of ' || count(*) FROM people";

    private static final String NOBODY = "28000";

    private Installation installation;
    private RunningStack shop;

    @BeforeEach
    void begin() {
        installation = Places.installation("masks");
        shop = RunningStack.up(installation, Places.folder(installation, "shop"), "shop", rules("email"));
        sql("shop", """
                CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, note text);
                INSERT INTO people SELECT g, 'n33dle' || g || '@mail.test', 'n33dle' FROM generate_series(1, 10) g;
                GRANT SELECT ON people TO app;
                CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
                CREATE TRIGGER kept BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION kept();
                ALTER TABLE people ENABLE ALWAYS TRIGGER kept;
                CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'boss-0123456789';
                CREATE FUNCTION held() RETURNS text LANGUAGE plpgsql AS $f$
                  BEGIN
                    IF (pg_stat_file('hold', true)).size IS NOT NULL THEN
                      EXECUTE format('COPY (SELECT 1) TO %L', current_setting('data_directory') || '/holding');
                    END IF;
                    WHILE (pg_stat_file('hold', true)).size IS NOT NULL LOOP
                      PERFORM pg_sleep(0.02);
                    END LOOP;
                    RETURN 'masked';
                  END $f$""");
        sql("shop", "CREATE DATABASE byhand");
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void nobodyIsLetInBeforeAllIsMaskedWhateverIsKilled() throws Exception {
        hold("shop");
        CompletableFuture<List<Json>> copying = CompletableFuture.supplyAsync(
                () -> shop.copy(Json.object().put("name", "copy").build()));
        Doors copy = held("shop@copy");
        copy.requireShut();
        letGo("shop@copy");
        Json copied = copying.join().getLast();
        assertThat(copied.textAt("event")).as(copied.pretty()).hasValue("done");
        assertThat(copied.at("masked").orElseThrow().pretty()).contains("main/byhand is not declared");
        assertThat(copy.seen("app")).isEqualTo("0 of 10");
        assertThat(copy.seen("boss")).isEqualTo("0 of 10");

        // the daemon is killed in the middle: what was half masked goes, and nobody was let in before
        CompletableFuture<Outcome> making = CompletableFuture.supplyAsync(() -> branch("create", "dev"));
        Doors dev = held("shop@dev");
        dev.requireShut();
        Machine.kill(Machine.daemon(installation));
        dev.requireShut();
        assertThat(making.join().status()).isNotZero();
        Await.until(
                "the next daemon has removed it",
                PATIENCE,
                () -> {
                    assertThat(dev.seen("boss")).doesNotContain(" of ");
                    return !shop.run("stacks").orFail().out().contains("shop@dev") && !Files.exists(folder("shop@dev"));
                },
                () -> shop.run("stacks").out());

        letGo("shop");
        assertThat(branch("create", "dev").orFail().out()
                        + branch("list").orFail().out())
                .contains("dev");
        branch("create", "two", "--from", "dev").orFail();
        for (String stack : List.of("shop@dev", "shop@two")) {
            assertThat(sql(stack, SEEN)).as(stack).isEqualTo("0 of 10");
        }
        branch("delete", "two").orFail();
        String[] look = {
            "run",
            "ci",
            "--",
            Places.launcher().toString(),
            "connect",
            "main",
            "--stack",
            "shop@ci",
            "--",
            "-d",
            "shop",
            "-Atqc",
            SEEN
        };
        assertThat(branch(look).orFail().out()).contains("0 of 10");

        // a rule that fails on the rows: what is half done is never gone on with
        Doors again = Doors.of(installation, shop.folder(), "shop@dev");
        shop.write(rules("{ rule: expression, sql: \"'all@example.com'\" }"));
        shop.run("apply", "--yes").orFail();
        assertThat(branch("reset", "dev").err()).contains("HF3284").doesNotContain("n33dle");
        assertThat(shop.run("up", "--name", "shop@dev").err()).contains("HF3286");
        again.requireShut();
        shop.write(rules("email"));
        shop.run("apply", "--yes").orFail();

        // killed in the middle of a reset: the next daemon cuts it again and masks that
        hold("shop");
        CompletableFuture<Outcome> resetting = CompletableFuture.supplyAsync(() -> branch("reset", "dev"));
        held("shop@dev").requireShut();
        Machine.kill(Machine.daemon(installation));
        letGo("shop");
        again.requireShut();
        assertThat(resetting.join().status()).isNotZero();
        Await.until(
                "the next daemon has cut it again",
                PATIENCE,
                () -> {
                    String seen = again.seen("boss");
                    assertThat(seen)
                            .satisfiesAnyOf(
                                    let -> assertThat(let).isEqualTo("0 of 10"),
                                    shut -> assertThat(shut).doesNotContain(" of "));
                    return branch("list").orFail().out().contains("awake") && seen.equals("0 of 10");
                },
                () -> branch("list").out() + again.seen("boss"));
        assertThat(sql("shop@dev", "SELECT tgenabled FROM pg_trigger WHERE tgname = 'kept'"))
                .isEqualTo("A");
        assertThat(sql("shop", SEEN)).isEqualTo("10 of 10");
    }

    private static String rules(String email) {
        return YAML.replace("EMAIL", email);
    }

    /** From now on a masking of what comes from this one waits in its first row. */
    private void hold(String stack) throws Exception {
        Files.createFile(data(stack).resolve("hold"));
    }

    private void letGo(String stack) throws Exception {
        Files.delete(data(stack).resolve("hold"));
    }

    /** Waits until the masking has come to its first row. */
    private Doors held(String stack) {
        Await.until(
                stack + " is masked and held",
                PATIENCE,
                () -> Files.exists(data(stack).resolve("holding")),
                () -> shop.run("stacks").out());
        return Doors.of(installation, shop.folder(), stack);
    }

    private Path data(String stack) {
        return folder(stack).resolve("volume/main-0");
    }

    private Path folder(String stack) {
        return installation.home().resolve("data/stacks").resolve(stack);
    }

    private Outcome branch(String... words) {
        return shop.run(Stream.concat(Stream.of("branch"), Stream.of(words)).toArray(String[]::new));
    }

    private String sql(String stack, String statement) {
        return shop.sql(stack, "shop", statement);
    }

    /** A server as its clients come to it over TCP, with good passwords. */
    private record Doors(String port, Optional<String> app) {
        static Doors of(Installation installation, Path folder, String stack) {
            Json environment = new RunningStack(installation, folder, stack).environment();
            return new Doors(environment.textAt("PGPORT").orElseThrow(), environment.textAt("PGPASSWORD"));
        }

        void requireShut() {
            assertThat(seen("app")).isEqualTo(NOBODY);
            assertThat(seen("boss")).isEqualTo(NOBODY);
        }

        /** What the query answers, or the SQLSTATE with which its asker was turned away. */
        String seen(String role) {
            Properties login = new Properties();
            login.setProperty("user", role);
            login.setProperty("password", role.equals("app") ? app.orElseThrow() : "boss-0123456789");
            login.setProperty("sslmode", "require");
            try (Connection connection =
                            DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/shop", login);
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(SEEN)) {
                row.next();
                return row.getString(1);
            } catch (SQLException away) {
                return Optional.ofNullable(away.getSQLState()).orElse("none");
            }
        }
    }
}
