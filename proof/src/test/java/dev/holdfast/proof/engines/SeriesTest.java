package dev.holdfast.proof.engines;

import dev.holdfast.engine.Health;
import dev.holdfast.engine.Insight;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import dev.holdfast.proof.Await;
import dev.holdfast.secret.SecretRef;
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
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** One declaration of time series, served by partitions in one database and by TimescaleDB in another. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("engines")
final class SeriesTest {
    private static final String SERIES = """
                      timeseries:
                        tables:
                          readings: { time: at, chunk: 1d, ahead: 3, space: { column: device, parts: 2 } }
                          small: { time: at, chunk: 1h }
                        aggregates:
                          hourly:
                            from: readings
                            bucket: 1h
                            by: [device]
                            columns: { many: count(*), total: sum(value), most: max(value) }
                            where: value >= 0
                            refresh: { every: 1s }
                          daily: { from: readings, bucket: 1d, columns: { many: count(*) }, refresh: { every: 2s, delay: 1h } }
            """;

    static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: series }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { cpu: 2, memory: 512Mi, storage: 4Gi }
                  extensions: [pg_cron]
                  databases:
                    hyper:
                      extensions: [timescaledb]
            %1$s
                    plain:
            %1$s
                  roles:
                    migrator: { can: [ddl] }
                    app: { can: [read, write] }
                    reader: { can: [read] }
            """.formatted(SERIES.stripTrailing());

    private static final String QUESTION =
            """
            SELECT %s AS bucket, device, count(*) AS many, max(value) AS most, sum(value) AS total
              FROM readings WHERE value >= 0 GROUP BY 1, 2""".formatted("date_bin('1 hour', at, timestamptz '2000-01-03 00:00:00+00')");

    private static final String DAILY =
            "SELECT date_bin('1 day', at, timestamptz '2000-01-03 00:00:00+00') AS bucket, count(*) AS many FROM readings GROUP BY 1";

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() {
        stack = new RealStack(folder, STACK);
        stack.workloads("main").forEach(stack::start);
        assertThat(stack.facets("main").ready("main-0", stack, Duration.ofSeconds(30)))
                .isInstanceOf(Health.Ready.class);
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void theSameDeclarationIsServedByWhatIsThere() throws SQLException {
        List<Change> planned = changes();
        assertThat(planned).isEqualTo(stack.facets("main").fromNothing(stack));
        apply(planned);
        assertThat(changes()).isEmpty();
        assertThat(notes())
                .anySatisfy(note -> assertThat(note)
                        .contains("main/plain: time series wait for readings, small, which no migration has made yet"));
        for (String database : List.of("hyper", "plain")) {
            try (Connection migrator = open(database, "migrator");
                    Statement statement = migrator.createStatement()) {
                String divided = database.equals("plain") ? " PARTITION BY RANGE (at)" : "";
                statement.execute(
                        "CREATE TABLE readings (at timestamptz NOT NULL, device int NOT NULL, value bigint)" + divided);
                statement.execute("CREATE TABLE small (at timestamptz NOT NULL, n bigint GENERATED ALWAYS AS IDENTITY)"
                        + divided);
            }
        }
        List<Change> rest = changes();
        assertThat(rest).extracting(Change::risk).containsOnly(Risk.NONE);
        assertThat(rest)
                .extracting(Change::summary)
                .contains(
                        "readings: make it a hypertable with chunks of 1d",
                        "readings: partitions of 1d, 3 of them ahead",
                        "make hourly: readings by 1h",
                        "run CALL holdfast_series.keep() by '*/5 * * * *'",
                        "run SELECT holdfast_series.refresh('hourly') every 1 second");
        apply(rest);
        assertThat(changes()).isEmpty();
        assertThat(notes().stream().filter(note -> !note.contains("timescaledb")))
                .isEmpty();
    }

    /** What the aggregates show is compared with the rows themselves in one statement after another while all else goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"hyper", "plain"})
    @Order(2)
    void anAggregateEqualsAPlainQueryAtEveryMoment(String database) throws Exception {
        try (Connection migrator = open(database, "migrator");
                Statement statement = migrator.createStatement()) {
            statement.execute(
                    "INSERT INTO readings SELECT now() - i * interval '37 s', i % 5, i % 90 FROM generate_series(1, 9000) i");
        }
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger compared = new AtomicInteger();
        AtomicInteger killed = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                long seed = i;
                writers.add(threads.submit(() -> write(database, new Random(seed))));
            }
            List<Future<?>> others = List.of(
                    threads.submit(() -> compare(database, over, compared)),
                    threads.submit(() -> compare(database, over, compared)),
                    threads.submit(() -> refresh(database, over)),
                    threads.submit(() -> kill(database, over, killed)),
                    threads.submit(() -> keep(database, over)));
            for (Future<?> writer : writers) {
                writer.get();
            }
            over.set(true);
            for (Future<?> other : others) {
                other.get();
            }
        }
        assertThat(compared).as("comparisons").hasValueGreaterThan(1);
        assertThat(killed).as("refreshes that were ended in the middle").hasPositiveValue();
        try (Connection holdfast = open(database, "holdfast");
                Statement statement = holdfast.createStatement()) {
            Await.until(
                    "all is written down, by pg_cron alone",
                    Duration.ofSeconds(30),
                    () -> said(statement, """
                            SELECT bool_and(watermark = border AND watermark > now() - width - delay - interval '2 min')
                               AND NOT EXISTS (SELECT FROM holdfast_series.log l WHERE l.aggregate = ANY (array_agg(a.id)) AND l.bucket < min(watermark))
                              FROM holdfast_series.aggregates a
                            """).equals("t"),
                    () -> said(statement, "SELECT array_agg(a::text)::text FROM holdfast_series.aggregates a"));
            assertThat(said(statement, differences("hourly", QUESTION))).isEqualTo("0");
            assertThat(said(statement, differences("daily", DAILY))).isEqualTo("0");
            assertThat(said(statement, "SELECT count(*) > 100 FROM holdfast_series.\"rows hourly\""))
                    .isEqualTo("t");
            assertThat(said(statement, "EXPLAIN SELECT * FROM hourly WHERE device = 2"))
                    .isNotEmpty();
        }
    }

    /** Rows come late, are changed, move from bucket to bucket, go, and some of it is taken back. */
    private static Object write(String database, Random random) throws SQLException {
        try (Connection connection = open(database, "migrator");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 60; i++) {
                String isolation = List.of("READ COMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
                        .get(random.nextInt(4));
                statement.execute("SET TRANSACTION ISOLATION LEVEL " + isolation);
                try {
                    for (int j = random.nextInt(3); j >= 0; j--) {
                        statement.execute(change(database, random));
                        statement.execute("SELECT pg_sleep(" + random.nextInt(30) / 1000.0 + ")");
                    }
                    if (random.nextInt(5) == 0) {
                        connection.rollback();
                    } else {
                        connection.commit();
                    }
                } catch (SQLException e) {
                    // two changed the same row, or a partition was being made: as any program would, it goes on
                    assertThat(e.getSQLState()).isIn("40001", "40P01", "55P03");
                    connection.rollback();
                }
            }
        }
        return true;
    }

    private static String change(String database, Random random) {
        String moment = "now() - interval '1 s' * " + (random.nextInt(330_000) - 4000);
        String range = "at >= " + moment + " - interval '20 min' AND at < " + moment;
        return switch (random.nextInt(6)) {
            case 0 ->
                "INSERT INTO readings SELECT " + moment
                        + " - i * interval '50 s', i % 5, i - 3 FROM generate_series(1, 30) i";
            case 1 -> "INSERT INTO readings VALUES (now(), 1, 7)";
            case 2 -> "UPDATE readings SET value = value + 1 WHERE " + range;
            case 3 ->
                database.equals("plain")
                        ? "UPDATE readings SET at = at - interval '26 h' WHERE " + range + " AND device = 3"
                        : "UPDATE readings SET value = value * 2 WHERE " + range + " AND device = 3";
            case 4 -> "DELETE FROM readings WHERE " + range + " AND device = 2";
            default ->
                database.equals("plain")
                        ? "DELETE FROM readings_default WHERE " + range + " AND device = 4"
                        : "WITH gone AS (DELETE FROM readings WHERE " + range
                                + " AND device = 4 RETURNING *) INSERT INTO readings SELECT at - interval '2 h', device, value FROM gone";
        };
    }

    private static Object compare(String database, AtomicBoolean over, AtomicInteger compared) throws SQLException {
        try (Connection connection = open(database, "reader");
                Statement statement = connection.createStatement()) {
            while (!over.get()) {
                assertThat(said(statement, differences("hourly", QUESTION))).isEqualTo("0");
                assertThat(said(statement, differences("daily", DAILY))).isEqualTo("0");
                compared.incrementAndGet();
            }
        }
        return true;
    }

    /** Beside pg_cron, so that two are at work at a time. */
    private static Object refresh(String database, AtomicBoolean over) throws SQLException {
        while (!over.get()) {
            try (Connection connection = open(database, "migrator");
                    Statement statement = connection.createStatement()) {
                while (!over.get()) {
                    one(statement, "SELECT holdfast_series.refresh('hourly')");
                    one(statement, "SELECT holdfast_series.refresh('daily')");
                }
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isIn("57P01", "40P01", "08006", "55P03");
            }
        }
        return true;
    }

    private static Object kill(String database, AtomicBoolean over, AtomicInteger killed) throws SQLException {
        try (Connection connection = open(database, "holdfast");
                Statement statement = connection.createStatement()) {
            while (!over.get()) {
                killed.addAndGet(Integer.parseInt(one(
                        statement,
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE state = 'active' AND datname = '"
                                + database
                                + "' AND backend_xid IS NOT NULL AND query ~ '^SELECT holdfast_series.refresh'")));
                one(statement, "SELECT pg_sleep(0.15)");
            }
        }
        return true;
    }

    private static Object keep(String database, AtomicBoolean over) throws SQLException {
        try (Connection connection = open(database, "migrator");
                Statement statement = connection.createStatement()) {
            while (!over.get()) {
                statement.execute("CALL holdfast_series.keep()");
                one(statement, "SELECT pg_sleep(0.3)");
            }
        }
        return true;
    }

    private static String differences(String view, String question) {
        return "WITH asked AS (" + question + "), shown AS (SELECT * FROM " + view
                + ") SELECT count(*) FROM ((TABLE asked EXCEPT ALL TABLE shown) UNION ALL (TABLE shown EXCEPT ALL TABLE asked)) d";
    }

    private static String said(Statement statement, String question) {
        try {
            return String.valueOf(one(statement, question));
        } catch (SQLException e) {
            throw new AssertionError(question, e);
        }
    }

    /** Rows go after their time, what was computed of them stays, and what comes for them still is not counted. */
    @Test
    @Order(3)
    void oldChunksAreDroppedByApprovalAndTheirAggregatesStay() throws SQLException {
        RealStack before = stack;
        stack = stack.edited(
                STACK.replace("ahead: 3,", "ahead: 4, retention: 3d,").replace("chunk: 1h", "chunk: 2h"));
        try {
            List<Change> planned = changes();
            assertThat(planned)
                    .filteredOn(change -> change.where().endsWith("/readings"))
                    .hasSize(2)
                    .allSatisfy(change -> {
                        assertThat(change.risk()).isEqualTo(Risk.DATA);
                        assertThat(change.because()).contains("rows older than 3d are there and go with the next run");
                    });
            assertThat(planned)
                    .filteredOn(change -> change.where().contains("/small"))
                    .extracting(Change::risk)
                    .containsOnly(Risk.NONE);
            assertThat(planned)
                    .anySatisfy(
                            change -> assertThat(change.because()).contains("chunks that are there stay as they are"));
            apply(planned);
            assertThat(changes()).isEmpty();
            for (String database : List.of("hyper", "plain")) {
                try (Connection connection = open(database, "migrator");
                        Statement statement = connection.createStatement()) {
                    String old =
                            "at < date_bin('1 day', now(), timestamptz '2000-01-03 00:00:00+00') - interval '3 days'";
                    String kept = "SELECT md5(string_agg(h::text, '' ORDER BY h)) FROM hourly h WHERE "
                            + old.replace("at <", "bucket <");
                    statement.execute("INSERT INTO readings VALUES (now() - interval '5 days', 1, 1000)");
                    String held = one(statement, kept);
                    statement.execute("CALL holdfast_series.keep()");
                    assertThat(one(
                                    statement,
                                    "SELECT coalesce(string_agg(trouble, ''), '') FROM holdfast_series.tables"))
                            .isEmpty();
                    assertThat(one(statement, "SELECT count(*) FROM readings WHERE " + old))
                            .isEqualTo("0");
                    statement.execute("INSERT INTO readings VALUES (now() - interval '5 days', 1, 5000011)");
                    one(statement, "SELECT holdfast_series.refresh('hourly')");
                    assertThat(one(statement, kept)).as("of rows that are gone").isEqualTo(held);
                    assertThat(one(statement, "SELECT count(*) FROM hourly WHERE most = 5000011"))
                            .isEqualTo("0");
                    assertThat(one(
                                    statement,
                                    "SELECT count(*) FROM ("
                                            + "(SELECT * FROM hourly WHERE " + old.replace("at <", "bucket >=")
                                            + " EXCEPT ALL ("
                                            + QUESTION.replace(
                                                    "value >= 0", "value >= 0 AND " + old.replace("at <", "at >="))
                                            + ")) UNION ALL (("
                                            + QUESTION.replace(
                                                    "value >= 0", "value >= 0 AND " + old.replace("at <", "at >="))
                                            + ") EXCEPT ALL SELECT * FROM hourly)) d"))
                            .isEqualTo("0");
                    statement.execute("TRUNCATE readings");
                    assertThat(one(statement, kept)).as("after TRUNCATE").isEqualTo(held);
                    assertThat(one(statement, "SELECT count(*) FROM hourly WHERE " + old.replace("at <", "bucket >=")))
                            .isEqualTo("0");
                    one(statement, "SELECT holdfast_series.refresh('hourly')");
                    one(statement, "SELECT holdfast_series.refresh('hourly')");
                    assertThat(one(statement, kept)).isEqualTo(held);
                    assertThat(one(
                                    statement,
                                    "SELECT count(DISTINCT high - low) > 1 FROM holdfast_series.chunks('small') WHERE '"
                                            + database + "' = 'plain'"))
                            .as("chunks of both lengths beside each other")
                            .isEqualTo(database.equals("plain") ? "t" : "f");
                }
            }
        } finally {
            stack = before;
        }
    }

    @Test
    @Order(4)
    void readersReadTheViewAndNobodyTouchesWhatIsBehindIt() throws SQLException {
        try (Connection reader = open("plain", "reader");
                Statement statement = reader.createStatement()) {
            assertThat(one(statement, "SELECT count(*) >= 0 FROM hourly")).isEqualTo("t");
            for (String question : List.of(
                    "SELECT FROM holdfast_series.log",
                    "SELECT FROM holdfast_series.\"rows hourly\"",
                    "SELECT holdfast_series.refresh('hourly')")) {
                assertThatThrownBy(() -> statement.execute(question)).hasMessageContaining("permission denied");
            }
        }
        try (Connection exporter = open("plain", "holdfast_metrics");
                Statement statement = exporter.createStatement()) {
            assertThat(one(statement, "SELECT count(*) FROM holdfast_series.aggregates"))
                    .isEqualTo("2");
            assertThatThrownBy(() -> statement.execute("SELECT FROM holdfast_series.\"rows hourly\""))
                    .hasMessageContaining("permission denied");
        }
        try (Connection app = open("plain", "app");
                Statement statement = app.createStatement()) {
            statement.execute("INSERT INTO readings VALUES (now() - interval '3 h', 4, 4)");
            assertThat(one(statement, "SELECT sum(many) FROM hourly WHERE device = 4"))
                    .isNotNull();
            assertThatThrownBy(() -> statement.execute("DELETE FROM holdfast_series.log"))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    @Order(5)
    void whatIsLateOrFailsIsSaidWithItsReason() throws SQLException {
        Facets<?> facets = stack.facets("main");
        assertThat(facets.probe("main-0", stack)).isInstanceOf(Health.Ready.class);
        try (Connection holdfast = open("plain", "holdfast");
                Statement statement = holdfast.createStatement()) {
            statement.execute("ALTER FUNCTION holdfast_series.refresh(text, interval) RENAME TO broken");
            statement.execute("UPDATE holdfast_series.aggregates SET refreshed_at = now() - interval '1 h'");
            assertThat(facets.probe("main-0", stack)).isInstanceOfSatisfying(Health.Impaired.class, impaired -> {
                assertThat(impaired.because())
                        .contains(
                                "plain: aggregate daily was last brought up to date 3600 s ago and should be every 2 s");
                assertThat(impaired.next()).contains("holdfast insight series main");
            });
            Await.until(
                    "pg_cron says what failed",
                    Duration.ofSeconds(20),
                    () -> series().anyMatch(finding -> finding.contains("its last run failed")
                            && finding.contains("function holdfast_series.refresh(unknown) does not exist")),
                    () -> series().toList().toString());
            assertThat(changes()).extracting(Change::summary).contains("renew the functions of time series");
            statement.execute("DROP FUNCTION holdfast_series.broken(text, interval)");
            apply(changes());
            Await.until(
                    "all is well again",
                    Duration.ofSeconds(20),
                    () -> facets.probe("main-0", stack) instanceof Health.Ready,
                    () -> facets.probe("main-0", stack).toString());
        }
    }

    private static Stream<String> series() {
        return stack
                .facets("main")
                .insight(new Insight.Question("series", Optional.empty(), Optional.empty(), false, 100), stack)
                .rows()
                .stream()
                .flatMap(row -> row.findings().stream().map(String::valueOf));
    }

    @Test
    @Order(6)
    void nothingUndeclaredIsDroppedAndWhatIsDroppedIsApproved() throws SQLException {
        RealStack less =
                stack.edited(STACK.replaceAll("(?s) {15}small:[^\n]*\n", "").replaceAll("(?m)^ *daily:.*\n", ""));
        RealStack before = stack;
        stack = less;
        try {
            List<Change> planned = changes();
            assertThat(planned)
                    .filteredOn(change -> change.risk() == Risk.DATA)
                    .extracting(Change::where)
                    .containsExactly("main/databases/hyper/timeseries/daily", "main/databases/plain/timeseries/daily");
            apply(planned);
            assertThat(changes()).isEmpty();
            try (Connection connection = open("plain", "migrator");
                    Statement statement = connection.createStatement()) {
                assertThat(one(statement, "SELECT count(*) > 3 FROM holdfast_series.chunks('small')"))
                        .isEqualTo("t");
                assertThat(one(statement, "SELECT to_regclass('daily')::text IS NULL"))
                        .isEqualTo("t");
            }
        } finally {
            stack = before;
        }
    }

    private static List<Change> changes() {
        return stack.facets("main").changes(stack);
    }

    private static List<String> notes() {
        return stack.facets("main").notes(stack);
    }

    private static void apply(List<Change> changes) {
        stack.facets("main").apply(changes, stack);
    }

    private static Connection open(String database, String role) throws SQLException {
        String url = "jdbc:postgresql://" + stack.outside("main-0", "postgres") + "/" + database;
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty(
                "password", stack.secret(new SecretRef("main", "roles/" + role)).reveal());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", stack.authorityFile());
        return DriverManager.getConnection(url, properties);
    }

    static String one(Statement statement, String question) throws SQLException {
        try (ResultSet rows = statement.executeQuery(question)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
