package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Stacks made beside another one from a copy of its data. */
@Tag("engines")
final class BesideTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  version: "17"
                  extensions: [pg_cron, pg_stat_statements, pgaudit]
                  pooler: { mode: transaction }
                  databases: { shop: {} }
                cache: { engine: redis }
            """;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Installation installation;
    private RunningStack shop;

    @BeforeEach
    void begin() {
        installation = Places.installation("beside");
        shop = RunningStack.up(installation, Places.folder(installation, "shop"), "shop", YAML);
        sql("shop", "CREATE TABLE items AS SELECT g AS id, md5(g::text) AS word FROM generate_series(1, 1000) g");
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void aCopyServesOnItsOwnAndItsSourceNeverKnows() {
        assertThat(copy("try", false).getLast().textAt("event")).hasValue("done");

        // every command that knows a stack knows this one, and those that name none still mean the source
        assertThat(sql("shop@try", "SELECT count(*) FROM items")).isEqualTo("1000");
        assertThat(sql("shop@try", "DELETE FROM items; SELECT count(*) FROM items"))
                .isEqualTo("0");
        assertThat(sql("shop", "SELECT count(*) FROM items")).isEqualTo("1000");
        assertThat(shop.run("status").orFail().out()).contains("shop  ready").contains("cache");
        assertThat(shop.run("status", "shop@try").orFail().out())
                .contains("main-pooler")
                .doesNotContain("cache");
        assertThat(shop.run("plan", "--stack", "shop@try").orFail().out()).contains("nothing is to be done");
        assertThat(shop.run("stacks").orFail().out()).contains("└ shop@try").contains("copied from main of shop");
        // what acts for the original does not in a copy
        assertThat(sqlAs("holdfast", "shop@try", "SHOW cron.launch_active_jobs"))
                .isEqualTo("off");
        assertThat(sqlAs("holdfast", "shop@try", "SHOW max_logical_replication_workers"))
                .isEqualTo("0");
        // another authority, other ports, other passwords
        Json there = shop.run("env", "shop@try", "--format", "json").orFail().json();
        Json here = shop.environment();
        for (String name : List.of("DATABASE_URL", "DATABASE_URL_DIRECT", "PGPASSWORD", "PGPORT", "PGSSLROOTCERT")) {
            assertThat(there.textAt(name)).as(name).isPresent().isNotEqualTo(here.textAt(name));
        }

        // a daemon that dies is no outage, and the next one knows what it is
        long server = new RunningStack(installation, shop.folder(), "shop@try").pid("main-0");
        Machine.kill(Machine.daemon(installation));
        assertThat(new RunningStack(installation, shop.folder(), "shop@try").pid("main-0"))
                .isEqualTo(server);
        shop.run("down", "shop@try").orFail();
        shop.run("up", "--name", "shop@try").orFail();
        assertThat(sql("shop@try", "SELECT count(*) FROM items")).isEqualTo("0");
        assertThat(shop.run("status", "shop@try", "--output", "json")
                        .orFail()
                        .json()
                        .at("derived"))
                .hasValueSatisfying(made -> assertThat(made.textAt("from")).hasValue("shop"));

        // the name is taken, and no file may take such a name
        assertThat(copy("try", false).getLast().pretty()).contains("HF3213").contains("already");
        assertThat(copy("No!", false).getLast().pretty()).contains("HF3213");
        Outcome named = shop.run("up", "--name", "shop@other");
        assertThat(named.status()).isEqualTo(2);
        assertThat(named.err()).contains("HF3213");
        // its file no longer declares what it holds
        shop.write(YAML.replace("    main:", "    other:"));
        assertThat(shop.run("plan", "--stack", "shop@try").err()).contains("HF3215");
        shop.write(YAML);

        shop.run("down", "shop@try", "--purge", "--confirm", "shop@try").orFail();
        assertThat(folder("shop@try")).doesNotExist();
        assertThat(sql("shop", "SELECT count(*) FROM items")).isEqualTo("1000");
    }

    @Test
    void aCopyMayKeepTheCredentialsOfItsSource() {
        // somebody changed this one by hand: what Holdfast keeps no longer opens the data that is copied
        sqlAs("holdfast", "shop", "ALTER ROLE holdfast PASSWORD 'changed-by-hand-0123456789'");

        assertThat(copy("try", true).getLast().pretty()).contains("HF3214");

        sqlWith("changed-by-hand-0123456789", "ALTER ROLE holdfast PASSWORD '" + password("shop") + "'");
        assertThat(copy("try", true).getLast().textAt("event")).hasValue("done");
        assertThat(shop.run("env", "shop@try", "--format", "json")
                        .orFail()
                        .json()
                        .textAt("PGPASSWORD"))
                .isEqualTo(shop.environment().textAt("PGPASSWORD"));
        assertThat(sql("shop@try", "SELECT count(*) FROM items")).isEqualTo("1000");
    }

    @Test
    void whatIsInterruptedLeavesNothing() throws Exception {
        sql(
                "shop",
                "CREATE TABLE big AS SELECT g AS id, repeat(md5(g::text), 20) AS word FROM generate_series(1, 400000) g");
        Thread asking = Thread.ofVirtual().start(() -> {
            try {
                copy("try", false);
            } catch (RuntimeException cut) {
                // its daemon is killed below
                assertThat(cut).isNotNull();
            }
        });
        long copier = awaitCopier();
        Machine.signal(copier, "STOP");

        Machine.kill(Machine.daemon(installation));
        asking.join();
        Await.until(
                "the next daemon has removed what was left",
                PATIENCE,
                () -> !shop.run("stacks").orFail().out().contains("shop@try") && !Files.exists(folder("shop@try")),
                () -> shop.run("stacks").out());
        assertThat(Machine.processes(installation)).noneMatch(line -> line.contains("pg_basebackup"));
        assertThat(sql("shop", "SELECT count(*) FROM items")).isEqualTo("1000");

        // the same where the client goes away
        Thread impatient = Thread.ofVirtual().start(() -> {
            try {
                copy("try", false);
            } catch (RuntimeException cut) {
                assertThat(cut).isNotNull();
            }
        });
        Machine.signal(awaitCopier(), "STOP");
        impatient.interrupt();
        Await.until(
                "the daemon has removed what was left",
                PATIENCE,
                () -> !Files.exists(folder("shop@try")),
                () -> shop.run("stacks").out());
        assertThat(copy("try", false).getLast().textAt("event")).hasValue("done");
        assertThat(sql("shop@try", "SELECT count(*) FROM big")).isEqualTo("400000");
    }

    private long awaitCopier() {
        List<Long> found = new ArrayList<>();
        Await.until(
                "the copy has begun",
                PATIENCE,
                () -> {
                    ProcessHandle.allProcesses()
                            .filter(process -> isCopier(process.pid()))
                            .forEach(process -> found.add(process.pid()));
                    return !found.isEmpty();
                },
                () -> String.join("\n", Machine.processes(installation)));
        return found.getFirst();
    }

    /** The program itself, which has nothing of the home in its arguments, by the mark in its environment. */
    private boolean isCopier(long pid) {
        return Machine.read(Path.of("/proc/" + pid + "/cmdline")).contains("/bin/pg_basebackup\0--pgdata")
                && !Machine.read(Path.of("/proc/" + pid + "/cmdline")).contains("bwrap")
                && Machine.read(Path.of("/proc/" + pid + "/environ"))
                        .contains(folder("shop@try").toString());
    }

    private Path folder(String stack) {
        return installation.home().resolve("data/stacks").resolve(stack);
    }

    private List<Json> copy(String name, boolean credentials) {
        return shop.copy(
                Json.object().put("name", name).put("credentials", credentials).build());
    }

    private String password(String stack) {
        return shop.run("env", stack, "--role", "holdfast", "--format", "json")
                .orFail()
                .json()
                .textAt("PGPASSWORD")
                .orElseThrow();
    }

    private String sql(String stack, String text) {
        return lastLine(shop.run("connect", "main", "--stack", stack, "--", "-qtAc", text));
    }

    private String sqlAs(String role, String stack, String text) {
        return lastLine(shop.run("connect", "main", "--stack", stack, "--role", role, "--", "-qtAc", text));
    }

    private void sqlWith(String password, String text) {
        String url = shop.run("connect", "main", "--role", "holdfast", "--url")
                .orFail()
                .out()
                .strip();
        String other = url.replaceFirst("holdfast:[^@]*@", "holdfast:" + password + "@");
        shop.run(
                        "connect",
                        "main",
                        "--",
                        "-d",
                        other.replaceFirst("&?sslrootcert=[^&]*", "&sslrootcert=/tls/ca.crt"),
                        "-qtAc",
                        text)
                .orFail();
    }

    private static String lastLine(Outcome outcome) {
        List<String> lines = outcome.orFail().out().strip().lines().toList();
        return lines.isEmpty() ? "" : lines.getLast();
    }
}
