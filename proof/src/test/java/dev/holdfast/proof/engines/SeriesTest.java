package dev.holdfast.proof.engines;

import dev.holdfast.engine.Health;
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
import java.util.List;
import java.util.Properties;
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

    private static final String QUESTION = """
            SELECT %s AS bucket, device, count(*) AS many, sum(value) AS total, max(value) AS most
              FROM readings WHERE value >= 0 GROUP BY 1, 2""".formatted(
            "date_bin('1 hour', at, timestamptz '2000-01-03 00:00:00+00')");

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
        assertThat(notes()).anySatisfy(note -> assertThat(note)
                .contains("main/plain: time series wait for readings, small, which no migration has made yet"));
        for (String database : List.of("hyper", "plain")) {
            try (Connection migrator = open(database, "migrator");
                    Statement statement = migrator.createStatement()) {
                String divided = database.equals("plain") ? " PARTITION BY RANGE (at)" : "";
                statement.execute("CREATE TABLE readings (at timestamptz NOT NULL, device int NOT NULL, value bigint)"
                        + divided);
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
        assertThat(notes().stream().filter(note -> !note.contains("timescaledb"))).isEmpty();
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
