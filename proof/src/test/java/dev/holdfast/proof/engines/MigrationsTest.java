package dev.holdfast.proof.engines;

import dev.holdfast.engine.Health;
import dev.holdfast.engine.Migrations.State;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.testing.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Migrations on a real server: each test has a database and a folder of its own. */
@Tag("engines")
final class MigrationsTest {
    private static final List<String> DATABASES = List.of(
            "texts", "fails", "indexes", "parts", "locks", "two", "cut", "prisma", "alembic", "golang", "rails", "node",
            "flyway", "again", "alike", "peer", "both");

    @TempDir
    private static Path folder;

    private static RealStack stack;
    private static Migrating<?> migrating;

    @BeforeAll
    static void start() throws IOException {
        StringBuilder databases = new StringBuilder();
        for (String name : DATABASES) {
            Files.createDirectories(folder.resolve("sql/" + name));
            databases
                    .append("        ")
                    .append(name)
                    .append(": { migrations: { folder: ")
                    .append(folder.resolve("sql/" + name))
                    .append(", lockTimeout: 100ms, patience: ")
                    .append(name.equals("locks") ? "2s" : "60s")
                    .append(" } }\n");
        }
        stack = new RealStack(folder, """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: proof }
                spec:
                  services:
                    main:
                      engine: postgres
                      resources: { cpu: 2, memory: 512Mi, storage: 4Gi }
                      databases:
                %s        sepulki:
                          extensions: [btree_gist, citext, pg_trgm]
                          migrations: %s
                      roles:
                        migrator: { can: [ddl] }
                        app: { can: [read, write], databases: [sepulki] }
                """.formatted(databases, Checkout.root().resolve("stacks/sepulki/sql")));
        stack.workloads("main").forEach(stack::start);
        assertThat(stack.facets("main").ready("main-0", stack, Duration.ofSeconds(30)))
                .isInstanceOf(Health.Ready.class);
        stack.facets("main").apply(stack.facets("main").changes(stack), stack);
        migrating = Migrating.of(stack.bound("main"), stack);
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void anEmptyDatabaseGetsTheWholeOfARealStackAndThenNothingIsLeft() throws SQLException {
        assertThat(migrating.changes())
                .filteredOn(change -> change.where().contains("sepulki"))
                .singleElement()
                .satisfies(change -> assertThat(change.approval()).isEmpty());
        assertThat(migrating.ran("sepulki")).hasSizeGreaterThanOrEqualTo(6).startsWith("V1", "V2", "V3");
        assertThat(migrating.ran("sepulki")).isEmpty();
        assertThat(migrating.status("sepulki").entries()).allSatisfy(entry -> {
            assertThat(entry.state()).isEqualTo(State.APPLIED);
            assertThat(entry.at()).isPresent();
        });
        assertThat(migrating.status("sepulki").problems()).isEmpty();
        String mine = query(
                "sepulki",
                "SELECT count(*) FILTER (WHERE tableowner = 'migrator') || '/' || count(*) FROM pg_tables WHERE schemaname = 'public'");
        assertThat(mine.split("/", -1)[0]).isEqualTo(mine.split("/", -1)[1]).isNotEqualTo("0");
        assertThat(query("sepulki", "SELECT has_table_privilege('app', 'robots', 'INSERT')::text"))
                .as("default privileges cover what migrations make")
                .isEqualTo("true");
    }

    @Test
    void aChangedFileIsToldByWhatChangedAndLayoutIsAccepted() {
        write("texts", "V1__a.sql", "CREATE TABLE a (id int);\n");
        write("texts", "V2__b.sql", "CREATE TABLE b (\n  id int, -- the key\n  name text\n);\n");
        write("texts", "V3__c.sql", "CREATE TABLE c (id int);\n");
        assertThat(migrating.ran("texts")).containsExactly("V1", "V2", "V3");

        write("texts", "V1__a.sql", "\uFEFFCREATE TABLE a (id int);\r\n");
        write("texts", "V2__b.sql", "CREATE TABLE b (id int, name text); -- no comment\n");
        assertThat(migrating.ran("texts")).isEmpty();
        assertThat(migrating.entry("texts", "V1").because().orElse("")).contains("line ends");
        assertThat(migrating.entry("texts", "V2").because().orElse("")).contains("white space or comments");
        assertThat(migrating.status("texts").notes()).singleElement().asString().contains("V2", "repair");
        assertThat(migrating.repair("texts")).anyMatch(done -> done.contains("recorded V2"));
        assertThat(migrating.status("texts").notes()).isEmpty();

        write("texts", "V2__b.sql", "CREATE TABLE b (id bigint, name text);\n");
        assertThat(migrating.refused("texts"))
                .contains("HF3561", "-CREATE TABLE b (id int, name text); -- no comment", "+CREATE TABLE b (id bigint");
        assertThat(migrating.changes()).noneMatch(change -> change.where().contains("/texts/"));
        remove("texts", "V2__b.sql");
        assertThat(migrating.refused("texts")).contains("HF1533");
        write("texts", "V2__b.sql", "CREATE TABLE b (id int, name text);\n");
        remove("texts", "V1__a.sql");
        assertThat(migrating.refused("texts")).contains("HF3562", "V1", "V1__a.sql");
        assertThat(migrating.repair("texts")).anyMatch(done -> done.contains("V1"));
        write("texts", "V0.5__late.sql", "SELECT 1;\n");
        assertThat(migrating.refused("texts")).contains("HF3563", "V0.5", "outOfOrder: true");
        assertThat(migrating.state("texts", "V0.5")).isEqualTo(State.LATE);
    }

    @Test
    void aFileThatFailsLeavesNothingAndSaysWhere() throws SQLException {
        write("fails", "V1__a.sql", "CREATE TABLE a (id int);\nALTER TABLE nowhere ADD x int;\n");
        assertThat(migrating.refused("fails")).contains("HF3560", "line 2", "nowhere", "42P01", "V1__a.sql:1:1");
        assertThat(query("fails", "SELECT to_regclass('a')::text")).isEqualTo("null");
        assertThat(migrating.state("fails", "V1")).isEqualTo(State.PENDING);
        write("fails", "V1__a.sql", "CREATE TABLE a (id int);\n");
        write("fails", "V2__b.sql", "CREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY b_id ON b (id);\n");
        assertThat(migrating.refused("fails")).contains("HF3572", "V2");
        assertThat(migrating.states("fails")).containsExactly("V1 APPLIED", "V2 PENDING");
        assertThat(Migrating.refused(() -> migrating.up("fails", Optional.of("9"))))
                .contains("HF3573", "V1, V2");
        assertThat(migrating.status("fails").hints())
                .anyMatch(hint -> hint.rule().equals("mixed"));
    }

    @Test
    void anIndexIsBuiltConcurrentlyUnderLoadAndGoesOnAfterAFailure() throws Exception {
        write("indexes", "V1__a.sql", """
                CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY, n int NOT NULL, m int NOT NULL);
                INSERT INTO a (n, m) SELECT i, i % 100 FROM generate_series(1, 50000) i;
                """);
        assertThat(migrating.ran("indexes")).containsExactly("V1");
        write("indexes", "V2__indexes.sql", """
                CREATE INDEX CONCURRENTLY a_n ON a (n);
                CREATE UNIQUE INDEX CONCURRENTLY a_m ON a (m);
                """);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> load = threads.submit(writer(stop, written));
            try {
                assertThat(migrating.refused("indexes")).contains("HF3560", "line 2", "a_m", "23505");
            } finally {
                stop.set(true);
                load.get();
            }
        }
        assertThat(written.get()).isPositive();
        assertThat(migrating.entry("indexes", "V2").because().orElse("")).contains("failed at its statement 2", "a_m");
        assertThat(migrating.state("indexes", "V2")).isEqualTo(State.FAILED);
        assertThat(query("indexes", "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'a_m'::regclass"))
                .isEqualTo("false");
        String first = query("indexes", "SELECT 'a_n'::regclass::oid::text");

        write("indexes", "V2__indexes.sql", """
                CREATE INDEX CONCURRENTLY a_n ON a (n, m);
                CREATE UNIQUE INDEX CONCURRENTLY a_m ON a (m);
                """);
        assertThat(migrating.refused("indexes")).contains("HF3566", "statement 1");
        write("indexes", "V2__indexes.sql", """
                CREATE INDEX CONCURRENTLY a_n ON a (n);
                CREATE UNIQUE INDEX CONCURRENTLY a_m ON a (id, m);
                """);
        assertThat(migrating.ran("indexes")).containsExactly("V2");
        assertThat(query("indexes", "SELECT 'a_n'::regclass::oid::text"))
                .as("not built twice")
                .isEqualTo(first);
        assertThat(query("indexes", "SELECT count(*)::text FROM pg_index WHERE NOT indisvalid"))
                .isEqualTo("0");
        assertThat(migrating.states("indexes")).containsExactly("V1 APPLIED", "V2 APPLIED");
    }

    private Callable<Integer> writer(AtomicBoolean stop, AtomicInteger written) {
        return () -> {
            try (Connection connection = open("indexes");
                    Statement statement = connection.createStatement()) {
                while (!stop.get()) {
                    statement.execute("INSERT INTO a (n, m) VALUES (1, 1)");
                    written.incrementAndGet();
                }
            }
            return written.get();
        };
    }

    @Test
    void anIndexOfAPartitionedTableIsRefusedWithTheWayThatWorks() throws SQLException {
        write("parts", "V1__t.sql", """
                CREATE TABLE t (id int, at int) PARTITION BY RANGE (id);
                CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
                """);
        write("parts", "V2__i.sql", "CREATE INDEX CONCURRENTLY t_at ON t (at);\n");
        assertThat(migrating.refused("parts"))
                .contains("HF3567", "CREATE INDEX t_at ON ONLY t (at)", "ATTACH PARTITION P_t_at");
        write("parts", "V2__i.sql", "CREATE INDEX t_at ON ONLY t (at);\n");
        write("parts", "V3__i.sql", "CREATE INDEX CONCURRENTLY t_1_at ON t_1 (at);\n");
        write("parts", "V4__i.sql", "ALTER INDEX t_at ATTACH PARTITION t_1_at;\n");
        assertThat(migrating.ran("parts")).containsExactly("V2", "V3", "V4");
        assertThat(query("parts", "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 't_at'::regclass"))
                .isEqualTo("true");
    }

    @Test
    void aLockThatIsNotHadIsToldByItsHolderAndKeepsNobodyElseWaiting() throws Exception {
        write("locks", "V1__a.sql", "CREATE TABLE a (id int);\n");
        migrating.up("locks");
        write("locks", "V2__a.sql", "ALTER TABLE a ADD COLUMN b int;\n");
        try (Connection holder = open("locks");
                Statement holding = holder.createStatement()) {
            holder.setAutoCommit(false);
            holding.execute("SET application_name = 'a long report'; SELECT * FROM a");
            assertThat(migrating.refused("locks")).contains("HF3565", "a long report", "lock on public.a");
            assertThat(migrating.said()).anyMatch(text -> text.startsWith("V2 waits for"));
            holder.rollback();
        }
        assertThat(migrating.ran("locks")).containsExactly("V2");
        write("locks", "V3__t.sql", "CREATE TABLE t3 (id int);\n");
        try (Connection holder = open("locks");
                Statement holding = holder.createStatement()) {
            // the lock that Flyway takes wherever it runs is another; this one is taken by a Holdfast elsewhere
            holding.execute("SET application_name = 'holdfast elsewhere'; SELECT pg_advisory_lock("
                    + 0x686f6c6466617374L + ")");
            assertThat(migrating.refused("locks")).contains("HF3564", "holdfast elsewhere");
            assertThat(migrating.said()).anyMatch(text -> text.contains("waits for 'holdfast elsewhere'"));
        }
        assertThat(migrating.ran("locks")).containsExactly("V3");
    }

    @Test
    void twoRunnersDoEachFileOnceAndTheSecondSaysForWhomItWaits() throws Exception {
        for (int i = 1; i <= 20; i++) {
            write("two", "V" + i + "__t.sql", "CREATE TABLE t" + i + " (id int);\n\n");
        }
        Migrating<?> second = Migrating.of(stack.bound("main"), stack);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<String>> one = threads.submit(() -> migrating.ran("two"));
            Future<List<String>> other = threads.submit(() -> second.ran("two"));
            List<String> all = new ArrayList<>(one.get());
            all.addAll(other.get());
            assertThat(all).hasSize(20).doesNotHaveDuplicates();
        }
    }

    @Test
    void aRunThatIsCutGoesOnWhereItStopped() throws Exception {
        write("cut", "V1__a.sql", "CREATE TABLE a (id int);\nINSERT INTO a SELECT generate_series(1, 1000);\n");
        migrating.up("cut");
        write(
                "cut",
                "V2__i.sql",
                "CREATE INDEX CONCURRENTLY a_1 ON a (id);\nCREATE INDEX CONCURRENTLY a_2 ON a (id);\n");
        cut("a", "CREATE INDEX CONCURRENTLY a_1%");
        assertThat(migrating.state("cut", "V2")).isIn(State.FAILED, State.INTERRUPTED);
        assertThat(migrating.entry("cut", "V2").because().orElse("")).contains("statement 1", "a_1");
        assertThat(migrating.ran("cut")).containsExactly("V2");
        assertThat(query("cut", "SELECT count(*)::text FROM pg_index WHERE indrelid = 'a'::regclass AND indisvalid"))
                .isEqualTo("2");
        anIndexIsToldByItsTableAndNotByItsNameAlone();
    }

    /** Runs what is pending, and ends the process at its statement while it waits for the test. */
    private static void cut(String table, String statement) throws Exception {
        try (Connection holder = open("cut");
                Statement holding = holder.createStatement();
                Connection killer = open("cut");
                Statement killing = killer.createStatement();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            holder.setAutoCommit(false);
            holder.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            holding.execute("LOCK TABLE " + table + " IN ROW EXCLUSIVE MODE");
            Future<String> run = threads.submit(() -> migrating.refused("cut"));
            Duration patience = Duration.ofSeconds(20);
            long end = System.nanoTime() + patience.toNanos();
            boolean killed = false;
            while (!killed && System.nanoTime() < end) {
                try (ResultSet row = killing.executeQuery("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE query LIKE '" + statement + "' AND wait_event_type = 'Lock'")) {
                    killed = row.next();
                }
            }
            assertThat(run.get()).contains("HF3560", "migrate up again");
            holder.rollback();
        }
    }

    /** Two schemas may each have an index of one name: that one is built says nothing of the other. */
    private static void anIndexIsToldByItsTableAndNotByItsNameAlone() throws Exception {
        write(
                "cut",
                "V3__two.sql",
                "CREATE SCHEMA acme; CREATE SCHEMA globex; CREATE TABLE acme.orders (at int); CREATE TABLE globex.orders (at int);\n");
        migrating.up("cut");
        write(
                "cut",
                "V4__at.sql",
                "CREATE INDEX CONCURRENTLY orders_at ON acme.orders (at);\nCREATE INDEX CONCURRENTLY orders_at /* two */ ON ONLY\n globex . orders (at);\n");
        cut("globex.orders", "CREATE INDEX CONCURRENTLY orders_at /* two */%");
        assertThat(migrating.ran("cut")).containsExactly("V4");
        assertThat(
                        query(
                                "cut",
                                "SELECT count(*)::text FROM pg_index i JOIN pg_class c ON c.oid = indexrelid"
                                        + " WHERE relname = 'orders_at' AND indisvalid AND indrelid IN ('acme.orders'::regclass, 'globex.orders'::regclass)"))
                .isEqualTo("2");
    }

    @Test
    void recordsOfOtherToolsAreTakenOverAndLeftAsTheyAre() throws Exception {
        run("prisma", """
                CREATE TABLE "_prisma_migrations" ("id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL,
                  "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
                  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0);
                INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES
                  ('1', 'x', now(), '20240101120000_init'), ('2', 'x', now(), '20240201120000_users');
                CREATE TABLE users (id int)""");
        write("prisma", "V20240101120000__init.sql", "CREATE TABLE init (id int);\n");
        write("prisma", "V20240201120000__users.sql", "CREATE TABLE users (id int);\n");
        write("prisma", "V20240301120000__next.sql", "CREATE TABLE next (id int);\n");
        assertThat(migrating.refused("prisma")).contains("HF3568", "made with Prisma", "migrate adopt");
        assertThat(migrating.adopt("prisma")).anyMatch(done -> done.contains("at 20240201120000"));
        assertThat(migrating.states("prisma"))
                .contains("20240101120000_init ADOPTED", "20240201120000_users ADOPTED", "V20240301120000 PENDING");
        assertThat(migrating.ran("prisma")).containsExactly("V20240301120000");
        assertThat(query("prisma", "SELECT count(*)::text FROM _prisma_migrations"))
                .isEqualTo("2");

        run("alembic", """
                CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
                  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
                INSERT INTO alembic_version VALUES ('ae1027a6acf')""");
        write("alembic", "V1__a.sql", "CREATE TABLE a (id int);\n");
        write("alembic", "V2__b.sql", "CREATE TABLE b (id int);\n");
        assertThat(Migrating.refused(() -> migrating.adopt("alembic")))
                .contains("HF3569", "ae1027a6acf", "--at VERSION");
        assertThat(Migrating.refused(() -> migrating.adopt("alembic", "two"))).contains("HF3573");
        migrating.adopt("alembic", "1");
        assertThat(migrating.states("alembic")).containsExactly("ae1027a6acf ADOPTED", "V1 ADOPTED", "V2 PENDING");
        assertThat(migrating.ran("alembic")).containsExactly("V2");

        run(
                "golang",
                "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);"
                        + " INSERT INTO schema_migrations VALUES (2, true)");
        write("golang", "V1__a.sql", "SELECT 1;\n");
        write("golang", "V2__b.sql", "SELECT 1;\n");
        write("golang", "V3__c.sql", "CREATE TABLE c (id int);\n");
        assertThat(Migrating.refused(() -> migrating.adopt("golang"))).contains("HF3569", "has not finished '2'");
        run("golang", "UPDATE schema_migrations SET dirty = false");
        migrating.adopt("golang");
        assertThat(migrating.ran("golang")).containsExactly("V3");

        run(
                "rails",
                "CREATE TABLE schema_migrations (version character varying NOT NULL PRIMARY KEY);"
                        + " INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240102000000')");
        write("rails", "V20240102000000__b.sql", "SELECT 1;\n");
        write("rails", "V20240103000000__c.sql", "CREATE TABLE c (id int);\n");
        assertThat(migrating.adopt("rails")).anyMatch(done -> done.contains("kept 2 entries of Rails or dbmate"));
        assertThat(migrating.ran("rails")).containsExactly("V20240103000000");

        run(
                "node",
                "CREATE TABLE pgmigrations (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);"
                        + " INSERT INTO pgmigrations (name, run_on) VALUES ('1711111111111_start', now())");
        write("node", "V1711111111111__start.sql", "SELECT 1;\n");
        migrating.adopt("node");
        assertThat(migrating.ran("node")).isEmpty();
    }

    @Test
    void aDatabaseOfFlywaysOwnIsGoneOnWithAndGivenBack() throws Exception {
        write("flyway", "V1__a.sql", "CREATE TABLE a (id int);\n");
        write("flyway", "V2__b.sql", "CREATE TABLE b (id int);\n");
        flyway("flyway").migrate();
        assertThat(migrating.states("flyway")).containsExactly("V1 APPLIED", "V2 APPLIED");
        assertThat(migrating.adopt("flyway")).anyMatch(done -> done.contains("texts of 2"));
        write("flyway", "V2__b.sql", "CREATE TABLE b (id int); -- said later\n");
        write("flyway", "V3__c.sql", "CREATE TABLE c (id int);\n");
        assertThat(migrating.ran("flyway")).containsExactly("V3");
        migrating.repair("flyway");
        write("flyway", "V4__d.sql", "CREATE TABLE d (id int);\n");
        assertThat(flyway("flyway").migrate().migrationsExecuted)
                .as("Flyway itself goes on")
                .isEqualTo(1);
        assertThat(migrating.states("flyway")).containsExactly("V1 APPLIED", "V2 APPLIED", "V3 APPLIED", "V4 APPLIED");
    }

    @Test
    void whatIsRecordedAndHeardIsWhatFlywayAloneRecordsAndHears() throws SQLException {
        for (String event : List.of(
                "beforeMigrate",
                "beforeEachMigrate",
                "afterEachMigrate",
                "afterVersioned",
                "beforeRepeatables",
                "afterMigrateApplied",
                "afterMigrate")) {
            inBoth(
                    event + ".sql",
                    "CREATE TABLE IF NOT EXISTS heard (n serial, what text);\nINSERT INTO heard (what) VALUES ('"
                            + event + "');\n");
        }
        inBoth("V1__a.sql", "CREATE TABLE a (id int);\r\n");
        inBoth("V1.1__b_c.sql", "CREATE TABLE b (id int);\n");
        inBoth("V2__v.sql", "VACUUM a;\n");
        inBoth("V10__d.sql", "CREATE TABLE d (id int);\n");
        inBoth("R__two.sql", "CREATE OR REPLACE VIEW two AS SELECT 2 AS n;\n");
        inBoth("R__one.sql", "CREATE OR REPLACE VIEW one AS SELECT 1 AS n;\n");
        migrating.up("alike", Optional.of("2"));
        flyway("peer", only -> only.target("2")).migrate();
        assertThat(record("alike"))
                .isEqualTo(record("peer"))
                .contains("V2__v.sql")
                .doesNotContain("V10__d.sql");
        migrating.up("alike");
        flyway("peer").migrate();
        inBoth("R__two.sql", "CREATE OR REPLACE VIEW two AS SELECT 22 AS n;\n");
        inBoth("V11__e.sql", "CREATE TABLE e (id int);\n");
        migrating.up("alike");
        flyway("peer").migrate();
        assertThat(record("alike")).isEqualTo(record("peer")).contains("V11__e.sql", "R__two.sql");
        assertThat(query("alike", "SELECT string_agg(what, ' ' ORDER BY n) FROM heard"))
                .isEqualTo(query("peer", "SELECT string_agg(what, ' ' ORDER BY n) FROM heard"));
        flyway("alike").validate();
    }

    @Test
    void plainFlywayMayRunTheSameFilesAtTheSameTime() throws Exception {
        int files = 60;
        for (int i = 1; i <= files; i++) {
            write("both", "V" + i + "__t.sql", "CREATE TABLE t" + i + " (id int);\nSELECT pg_sleep(0.01);\n");
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<String>> ours = threads.submit(() -> migrating.ran("both"));
            Future<Integer> theirs = threads.submit(() -> flyway("both").migrate().migrationsExecuted);
            assertThat(ours.get()).hasSizeLessThanOrEqualTo(files);
            assertThat(theirs.get()).isLessThanOrEqualTo(files);
        }
        flyway("both").validate();
        assertThat(query(
                        "both",
                        "SELECT count(*) || ' ' || max(installed_rank) || ' ' || bool_and(success)"
                                + " FROM flyway_schema_history"))
                .isEqualTo(files + " " + files + " true");
    }

    private static void inBoth(String file, String text) {
        write("alike", file, text);
        write("peer", file, text);
    }

    private static String record(String database) throws SQLException {
        return query(
                database,
                "SELECT string_agg(concat_ws('|', installed_rank, version, description, type, script, checksum,"
                        + " success), E'\\n' ORDER BY installed_rank) FROM flyway_schema_history");
    }

    private static Flyway flyway(String database) {
        return flyway(database, configuration -> {});
    }

    private static Flyway flyway(String database, Consumer<FluentConfiguration> more) {
        FluentConfiguration configuration = Flyway.configure()
                .loggers("slf4j")
                .dataSource(url(database), "migrator", password())
                .locations("filesystem:" + folder.resolve("sql/" + database));
        more.accept(configuration);
        return configuration.load();
    }

    @Test
    void aResetBuildsTheDatabaseAnew() throws SQLException {
        write("again", "V1__a.sql", "CREATE TABLE a (id int);\n");
        migrating.up("again");
        run("again", "INSERT INTO a VALUES (1); CREATE TABLE by_hand (id int)");
        assertThat(migrating.reset("again").ran()).hasSize(1);
        assertThat(query(
                        "again",
                        "SELECT (SELECT count(*) FROM a) || ' ' || coalesce(to_regclass('by_hand')::text, 'gone')"))
                .isEqualTo("0 gone");
        assertThat(stack.facets("main").changes(stack)).isEmpty();
    }

    private static void write(String database, String file, String text) {
        try {
            Files.writeString(folder.resolve("sql/" + database + "/" + file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(String database, String file) {
        try {
            Files.delete(folder.resolve("sql/" + database + "/" + file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String database, String sql) throws SQLException {
        try (Connection connection = open(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(String database, String sql) throws SQLException {
        try (Connection connection = open(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return String.valueOf(row.getString(1));
        }
    }

    private static Connection open(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "migrator");
        properties.setProperty("password", password());
        return DriverManager.getConnection(url(database), properties);
    }

    private static String password() {
        return stack.secret(new SecretRef("main", "roles/migrator")).reveal();
    }

    private static String url(String database) {
        return "jdbc:postgresql://" + stack.outside("main-0", "postgres") + "/" + database
                + "?sslmode=verify-full&sslrootcert=" + stack.authorityFile();
    }
}
