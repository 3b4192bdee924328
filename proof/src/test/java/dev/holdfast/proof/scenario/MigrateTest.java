package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/** Migrations as people use them: by commands, with a daemon that is killed in the middle. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class MigrateTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static Installation installation;
    private static RunningStack stack;

    @BeforeAll
    static void begin() {
        installation = Places.installation("migrate");
        Path folder = Places.folder(installation, "migrate");
        write(folder, "V1__orders.sql", "CREATE TABLE orders (id bigint PRIMARY KEY, what text);\n");
        stack = RunningStack.up(installation, folder, "migrate", yaml("sql/shop"));
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    @Order(1)
    void aNewStackHasItsTablesAndTheNextFileIsNumbered() {
        assertThat(entry("V1").textAt("state")).contains("APPLIED");
        assertThat(stack.shell("main", "-Atc", "insert into orders values (1, 'rope') returning what")
                        .orFail()
                        .out())
                .contains("rope");
        Outcome made = stack.run("migrate", "new", "add", "who", "asked").orFail();
        assertThat(made.out()).contains("V2__add_who_asked.sql");
        write(stack.folder(), "V2__add_who_asked.sql", "ALTER TABLE orders ADD COLUMN who text;\n");
        assertThat(stack.run("plan").orFail().out()).contains("run migrations of shop: V2");
        stack.run("up").orFail();
        assertThat(entry("V2").textAt("state")).contains("APPLIED");
        assertThat(stack.run("migrate", "new", "???").err()).contains("[HF1537]");
        assertThat(stack.run("migrate", "status", "main/nowhere").err()).contains("[HF1535]");
    }

    @Test
    @Order(2)
    void whatLosesDataWaitsForItsApprovalAndWhatIsForbiddenFailsTheCheck() {
        write(stack.folder(), "V3__drop_who.sql", "ALTER TABLE orders DROP COLUMN who;\n");
        assertThat(stack.run("up").orFail().text()).contains("left to holdfast apply");
        assertThat(entry("V3").textAt("state")).contains("PENDING");
        assertThat(stack.run("apply", "--yes").err())
                .contains("[HF4001]", "--approve 'main/databases/shop/migrations'");
        Outcome check = stack.run("migrate", "check");
        assertThat(check.status()).isEqualTo(5);
        assertThat(check.text()).contains("[HF3571]", "V3__drop_who.sql", "drop");
        stack.run("apply", "--yes", "--approve", "main/databases/shop/migrations")
                .orFail();
        assertThat(entry("V3").textAt("state")).contains("APPLIED");
        assertThat(stack.run("migrate", "check").status()).isZero();
    }

    @Test
    @Order(3)
    void badFilesAreRefusedBeforeAnythingIsDone() {
        write(stack.folder(), "V4_short.sql", "SELECT 1;\n");
        write(stack.folder(), "V3__again.sql", "SELECT 1;\n");
        for (String command : new String[] {"validate", "up", "plan"}) {
            assertThat(stack.run(command).err())
                    .as(command)
                    .contains("[HF1531]", "V4__short.sql", "[HF1532]", "V3__again.sql");
        }
        remove("V4_short.sql");
        remove("V3__again.sql");
        stack.write(yaml("sql/nowhere"));
        assertThat(stack.run("validate").err()).contains("[HF1530]", "stack.yaml:9:");
        stack.write(yaml("sql/shop"));
        stack.run("validate").orFail();
    }

    @Test
    @Order(4)
    void aDaemonKilledDuringATransactionLeavesNothingAndTheNextRunGoesOn() throws Exception {
        write(stack.folder(), "V4__slow.sql", "CREATE TABLE slow (id int);\nSELECT pg_sleep(600);\n");
        killDuring("SELECT pg_sleep(600)");
        assertThat(entry("V4").textAt("state")).contains("PENDING");
        assertThat(stack.shell("main", "-Atc", "select coalesce(to_regclass('slow')::text, 'gone')")
                        .orFail()
                        .out())
                .contains("gone");
        write(stack.folder(), "V4__slow.sql", "CREATE TABLE slow (id int);\n");
        stack.run("migrate", "up").orFail();
        assertThat(entry("V4").textAt("state")).contains("APPLIED");
    }

    @Test
    @Order(5)
    void aDaemonKilledWhileAnIndexIsBuiltIsToldAndTheNextRunGoesOn() throws Exception {
        write(stack.folder(), "V5__indexes.sql", """
                CREATE INDEX CONCURRENTLY orders_1 ON orders (what);
                CREATE INDEX CONCURRENTLY orders_2 ON orders (what);
                """);
        Path output = installation.home().resolve("holder.txt");
        Process holder = installation.start(
                stack.folder(),
                output,
                "connect",
                "main",
                "--",
                "-c",
                "begin isolation level repeatable read; lock table orders in row exclusive mode; select pg_sleep(600)");
        try {
            Await.until("the table is held", SOON, () -> isRunning("pg_sleep(600)"), () -> Machine.read(output));
            killDuring("CREATE INDEX CONCURRENTLY orders_1");
        } finally {
            holder.destroyForcibly();
            assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
            stack.run(
                    "connect",
                    "main",
                    "--role",
                    "holdfast",
                    "--",
                    "-d",
                    "shop",
                    "-c",
                    "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()");
        }
        Json entry = entry("V5");
        assertThat(entry.textAt("state").orElse("")).isIn("INTERRUPTED", "FAILED");
        assertThat(entry.textAt("because").orElse("")).contains("statement 1", "orders_1", "goes on there");
        stack.run("migrate", "up").orFail();
        assertThat(entry("V5").textAt("state")).contains("APPLIED");
        assertThat(stack.shell(
                                "main",
                                "-Atc",
                                "select count(*) filter (where indisvalid) || '/' || count(*) from pg_index where indrelid = 'orders'::regclass")
                        .orFail()
                        .out())
                .contains("3/3");
    }

    @Test
    @Order(6)
    void aResetWantsTheNameOfWhatIsLost() {
        assertThat(stack.run("migrate", "reset", "main/shop").err()).contains("[HF3570]", "--approve main/shop");
        stack.run("migrate", "reset", "main/shop", "--approve", "main/shop").orFail();
        assertThat(stack.shell("main", "-Atc", "select count(*) from orders")
                        .orFail()
                        .out())
                .contains("0");
        assertThat(entry("V5").textAt("state")).contains("APPLIED");
        stack.awaitReady(SOON);
        assertThat(stack.run("plan").orFail().out()).contains("nothing is to be done");
    }

    private static void killDuring(String sql) throws InterruptedException {
        Path output = installation.home().resolve("migrate-up.txt");
        long daemon = Machine.daemon(installation);
        Process up = installation.start(stack.folder(), output, "migrate", "up");
        Await.until(sql + " runs", SOON, () -> !up.isAlive() || isRunning(sql), () -> Machine.read(output));
        Machine.kill(daemon);
        assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Machine.read(output)).contains("[HF3306]");
        // the server notices by itself that nobody is there any more
        Await.until(sql + " was ended", SOON, () -> !isRunning(sql), () -> "it runs on");
    }

    private static boolean isRunning(String sql) {
        return stack.run(
                        "connect",
                        "main",
                        "--role",
                        "holdfast",
                        "--",
                        "-d",
                        "shop",
                        "-Atc",
                        "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like '%"
                                + sql + "%'")
                .orFail()
                .out()
                .strip()
                .endsWith("1");
    }

    private static Json entry(String label) {
        Json status =
                stack.run("migrate", "status", "--output", "json").orFail().json();
        return status.itemsAt("databases").getFirst().itemsAt("entries").stream()
                .filter(one -> one.textAt("label").filter(label::equals).isPresent())
                .findFirst()
                .orElseThrow(() -> new AssertionError(status.pretty()));
    }

    private static void write(Path folder, String name, String text) {
        try {
            Path files = Files.createDirectories(folder.resolve("sql/shop"));
            Files.writeString(files.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(String name) {
        try {
            Files.delete(stack.folder().resolve("sql/shop/" + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String yaml(String folder) {
        return """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: migrate }
                spec:
                  services:
                    main:
                      engine: postgres
                      resources: { memory: 512Mi }
                      databases: { shop: { migrations: { folder: %s, forbid: [drop], lockTimeout: 30s } } }
                      roles: { app: { can: [read, write, ddl] } }
                """.formatted(folder);
    }
}
