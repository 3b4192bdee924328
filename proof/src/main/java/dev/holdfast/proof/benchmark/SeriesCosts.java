package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a continuous aggregate costs who writes, and saves who asks and who keeps it up to date. */
final class SeriesCosts {
    private static final int ROUNDS = 9;
    private static final int INSERTS = 300;

    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: series-costs }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { cpu: 2, memory: 1Gi, storage: 10Gi }
                  extensions: [pg_cron]
                  databases:
                    series:
                      timeseries:
                        tables: { readings: { time: at } }
                        aggregates:
                          hourly:
                            from: readings
                            bucket: 1h
                            by: [device]
                            columns: { many: count(*), most: max(value), total: sum(value) }
                            refresh: { every: 1d }
                  roles:
                    app: { can: [read, write, ddl] }
            """;

    private static final String QUESTION =
            "SELECT count(*), sum(total) FROM (SELECT date_bin('1 hour', at, timestamptz '2000-01-03 00:00:00+00') AS bucket, device,"
                    + " count(*) AS many, max(value) AS most, sum(value) AS total FROM readings GROUP BY 1, 2) q";

    private final Page page;
    private final Statement statement;

    private SeriesCosts(Page page, Statement statement) {
        this.page = page;
        this.statement = statement;
    }

    static void measure(Installation installation, Page page) {
        RunningStack stack =
                RunningStack.up(installation, installation.home().resolve("series-costs"), "series-costs", YAML);
        String url = stack.run("connect", "main", "--role", "app", "--url")
                .orFail()
                .out()
                .strip();
        java.net.URI uri = java.net.URI.create(url);
        String[] user = uri.getUserInfo().split(":", 2);
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + "/series?" + uri.getQuery(),
                        user[0],
                        user[1]);
                Statement statement = connection.createStatement()) {
            String table = " (at timestamptz NOT NULL, device int NOT NULL, value bigint) PARTITION BY RANGE (at)";
            statement.execute("CREATE TABLE readings" + table);
            statement.execute("CREATE TABLE plain" + table);
            statement.execute("CREATE TABLE plain_all PARTITION OF plain DEFAULT");
            stack.run("apply", "--yes").orFail();
            SeriesCosts costs = new SeriesCosts(page, statement);
            costs.fill();
            costs.asking();
            costs.refreshing();
            costs.writing(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        stack.run("down").orFail();
    }

    /** A million rows of thirty days. */
    private void fill() throws SQLException {
        statement.execute(
                "INSERT INTO readings SELECT now() - i * interval '2.6 s', i % 50, i % 900 FROM generate_series(1, 1000000) i");
        statement.execute("CALL holdfast_series.keep()");
        refresh();
        refresh();
        statement.execute("VACUUM ANALYZE readings");
    }

    private void asking() {
        Samples plain = Samples.millis(ROUNDS, () -> ask(QUESTION));
        Samples view = Samples.millis(ROUNDS, () -> ask("SELECT count(*), sum(total) FROM hourly"));
        page.add(new Row(
                "asking a continuous aggregate of a million rows, 36,000 groups",
                view,
                "ms",
                Optional.of(new Row.Floor("the same asked of the rows", plain)),
                "≤ 0.5 ×",
                view.median() <= 0.5 * plain.median(),
                "./verify --benchmarks"));
    }

    private void refreshing() throws SQLException {
        List<Double> some = new ArrayList<>();
        List<Double> all = new ArrayList<>();
        for (int round = -1; round < ROUNDS; round++) {
            statement.execute(
                    "INSERT INTO readings SELECT now() - interval '9 days' - i * interval '1 min', i % 50, 3 FROM generate_series(1, 100) i");
            double late = millis();
            statement.execute("UPDATE holdfast_series.aggregates SET watermark = '-infinity' WHERE name = 'hourly'");
            double whole = millis();
            if (round >= 0) {
                some.add(late);
                all.add(whole);
            }
        }
        Samples late = new Samples(some);
        Samples whole = new Samples(all);
        page.add(new Row(
                "refresh after 100 late rows in 3 of 720 buckets",
                late,
                "ms",
                Optional.of(new Row.Floor("all of it computed anew", whole)),
                "≤ 0.1 ×",
                late.median() <= 0.1 * whole.median(),
                "./verify --benchmarks"));
    }

    private void writing(Connection connection) throws SQLException {
        List<Double> without = new ArrayList<>();
        List<Double> with = new ArrayList<>();
        try (PreparedStatement noted = connection.prepareStatement("INSERT INTO readings VALUES (now(), 1, 1)");
                PreparedStatement plain = connection.prepareStatement("INSERT INTO plain VALUES (now(), 1, 1)")) {
            for (int round = -2; round < ROUNDS; round++) {
                double a = inserted(plain);
                double b = inserted(noted);
                if (round >= 0) {
                    without.add(a);
                    with.add(b);
                }
            }
        }
        Samples bare = new Samples(without);
        Samples noted = new Samples(with);
        page.add(new Row(
                "insert of one row of now into a table with a continuous aggregate, committed",
                noted,
                "µs",
                Optional.of(new Row.Floor("into one without", bare)),
                "≤ 1.5 ×",
                noted.median() <= 1.5 * bare.median(),
                "./verify --benchmarks"));
    }

    private static double inserted(PreparedStatement insert) throws SQLException {
        long begin = System.nanoTime();
        for (int i = 0; i < INSERTS; i++) {
            insert.executeUpdate();
        }
        return (System.nanoTime() - begin) / 1e3 / INSERTS;
    }

    private double millis() {
        long begin = System.nanoTime();
        refresh();
        return (System.nanoTime() - begin) / 1e6;
    }

    private void refresh() {
        ask("SELECT holdfast_series.refresh('hourly')");
    }

    private void ask(String question) {
        try (ResultSet rows = statement.executeQuery(question)) {
            if (!rows.next()) {
                throw new IllegalStateException("no answer to " + question);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
