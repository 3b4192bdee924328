package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.TimeseriesSpec.Chunked;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Edition;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Held;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Job;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Kept;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** Looks at one database with the eyes of time series. Changes nothing. */
final class SeriesSession implements AutoCloseable {
    private static final int ANSWER_SECONDS = 60;

    private final Service<?> service;
    private final Connection connection;

    private SeriesSession(Service<?> service, Connection connection) {
        this.service = service;
        this.connection = connection;
    }

    static SeriesSession open(Service<?> service, Context context, String database) {
        return new SeriesSession(service, PostgresSession.connection(service, context, database, ANSWER_SECONDS));
    }

    /** Whether anything of time series was ever made here. */
    boolean isKept() {
        List<Boolean> kept = new ArrayList<>();
        ask("SELECT to_regclass('holdfast_series.tables') IS NOT NULL", row -> kept.add(row.getBoolean(1)));
        return kept.getFirst();
    }

    /** @param jobs as {@link #jobs} of the database of pg_cron tells them */
    ActualSeries look(SortedMap<String, Chunked> declared, SortedMap<String, Job> jobs) {
        List<ActualSeries> seen = new ArrayList<>();
        query(
                "observe_marks.sql",
                row -> seen.add(new ActualSeries(
                        row.getString("mark"),
                        row.getBoolean("there"),
                        Edition.valueOf(row.getString("edition").toUpperCase(Locale.ROOT)),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        jobs)));
        ActualSeries actual = seen.getFirst();
        if (isKept()) {
            query(
                    "observe_policies.sql",
                    row -> actual.policies()
                            .put(
                                    row.getString("name"),
                                    List.of(
                                            row.getString("time"),
                                            row.getString("chunk"),
                                            row.getString("ahead"),
                                            row.getString("space"),
                                            row.getString("retention"))));
            query(
                    "observe_aggregates.sql",
                    row -> actual.aggregates()
                            .put(
                                    row.getString("name"),
                                    new Kept(
                                            row.getString("source"),
                                            row.getString("digest"),
                                            row.getString("mark"),
                                            row.getBoolean("shown"),
                                            row.getBoolean("frozen"))));
        }
        tables(declared, actual);
        return actual;
    }

    private void tables(SortedMap<String, Chunked> declared, ActualSeries actual) {
        List<Table> tables = declared.keySet().stream().map(Table::of).toList();
        SortedMap<Table, String> hyper = new TreeMap<>();
        if (actual.edition() != Edition.PLAIN) {
            query(
                    "observe_hypertables.sql",
                    row -> hyper.put(
                            new Table(row.getString("hypertable_schema"), row.getString("hypertable_name")),
                            row.getString("chunk")));
        }
        SortedMap<Table, Held> found = new TreeMap<>();
        query(
                "observe_tables.sql",
                row -> {
                    Table table = new Table(row.getString("nspname"), row.getString("relname"));
                    found.put(table, held(row, hyper.getOrDefault(table, "")));
                },
                tables.stream().map(Table::schema).toArray(String[]::new),
                tables.stream().map(Table::name).toArray(String[]::new),
                declared.values().stream().map(Chunked::time).toArray(String[]::new));
        declared.forEach((name, chunked) -> {
            Table table = Table.of(name);
            Held held = found.get(table);
            if (held != null) {
                actual.tables().put(table, older(table, held, chunked, actual));
            }
        });
    }

    /** Asked only where the retention is another than the one that is kept already. */
    private Held older(Table table, Held held, Chunked chunked, ActualSeries actual) {
        List<String> policy = actual.policies().get(table.toString());
        boolean kept =
                policy != null && policy.getLast().equals(Series.policy(chunked).getLast());
        if (chunked.retention().isEmpty()
                || kept
                || !held.isTable()
                || held.type().isEmpty()) {
            return held;
        }
        List<Boolean> older = new ArrayList<>();
        ask(
                "SELECT EXISTS (SELECT FROM " + table.sql() + " WHERE " + Sql.name(chunked.time()) + " < now() - "
                        + Aggregated.interval(chunked.retention().get()) + ")",
                row -> older.add(row.getBoolean(1)));
        return new Held(
                held.kind(),
                held.owner(),
                held.byRange(),
                held.byTime(),
                held.guarded(),
                held.type(),
                held.filled(),
                held.secured(),
                held.hyper(),
                held.doors(),
                older.getFirst());
    }

    private static Held held(ResultSet row, String hyper) throws SQLException {
        return new Held(
                row.getString("kind"),
                row.getString("owner"),
                row.getString("strategy").equals("r"),
                row.getBoolean("by_time"),
                row.getBoolean("guarded"),
                row.getString("type"),
                row.getBoolean("filled"),
                row.getBoolean("secured"),
                hyper,
                row.getLong("open_doors"),
                false);
    }

    /** The jobs of a database; asked of the database that pg_cron lives in, and none where it is not there yet. */
    SortedMap<String, Job> jobs(String database) {
        SortedMap<String, Job> jobs = new TreeMap<>();
        List<Boolean> there = new ArrayList<>();
        ask("SELECT to_regclass('cron.job') IS NOT NULL", row -> there.add(row.getBoolean(1)));
        if (there.getFirst()) {
            query(
                    "observe_jobs.sql",
                    row -> jobs.put(
                            row.getString("jobname"),
                            new Job(
                                    row.getString("schedule"),
                                    row.getString("command"),
                                    row.getString("database"),
                                    row.getString("username"),
                                    row.getBoolean("active"))),
                    Series.job(database, ""));
        }
        return jobs;
    }

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    private void query(String file, Row reader, Object... arguments) {
        ask(Beside.text(SeriesSession.class, file), reader, arguments);
    }

    private void ask(String sql, Row reader, Object... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof String[] names) {
                    statement.setArray(i + 1, connection.createArrayOf("text", names));
                } else {
                    statement.setString(i + 1, String.valueOf(arguments[i]));
                }
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }
}
