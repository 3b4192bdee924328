package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Counts what a service holds, and names moments of it. */
final class LedgerSession {
    private static final int ANSWER_SECONDS = 600;

    /** How long a moment without anything under way is looked for: between two commits of a busy server there are some. */
    private static final long CALM_NANOS = Duration.ofMillis(500).toNanos();

    private final Service<?> service;
    private final Context context;
    private final Map<String, Connection> connections = new LinkedHashMap<>();

    private LedgerSession(Service<?> service, Context context) {
        this.service = service;
        this.context = context;
    }

    /**
     * Counts the tables of all databases, the small ones first, until the time is over; then names the position so that a
     * copy can be brought to it. A server that is written to without a pause is counted all the same, and the ledger says so.
     */
    static Ledger take(Service<?> service, Context context, String name, Duration budget) {
        LedgerSession session = new LedgerSession(service, context);
        try {
            return session.taken(name, budget);
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        } finally {
            session.close();
        }
    }

    /** Where a name was written in the log: nothing that comes after it is before {@code position}. */
    record Mark(String position, int timeline) {}

    /** Names this moment. */
    static Mark point(Service<?> service, Context context, String name) {
        try (Connection connection = PostgresSession.connection(service, context, Declared.HOME, ANSWER_SECONDS);
                PreparedStatement statement = connection.prepareStatement(
                        // both parts are of the moment: the name of a file begins with the timeline that is written to
                        "SELECT pg_create_restore_point(?)::text, left(pg_walfile_name(pg_switch_wal()), 8)")) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Mark(row.getString(1), Integer.parseInt(row.getString(2), 16));
            }
        } catch (SQLException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3503,
                            "PostgreSQL '" + service.name() + "' did not name the point: " + e.getMessage(),
                            "Choose a name of at most 50 plain characters, and see 'holdfast status'."),
                    e);
        }
    }

    private Ledger taken(String name, Duration budget) throws SQLException {
        List<String> databases = databases();
        for (String database : databases) {
            Connection connection = PostgresSession.connection(service, context, database, ANSWER_SECONDS);
            connections.put(database, connection);
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
        }
        long end = System.nanoTime() + CALM_NANOS;
        Moment moment = snapshots();
        while (!moment.isCalm() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
            moment = snapshots();
        }
        if (!name.isEmpty()) {
            point(service, context, name);
        }
        return counted(moment, System.nanoTime() + budget.toNanos());
    }

    /** A position of the log, and whether all that is visible at it is all that was committed before it. */
    private record Moment(String position, boolean isCalm, Instant at) {}

    /** One snapshot for each database; nothing was committed between the first and the last where the log stood still. */
    private Moment snapshots() throws SQLException {
        // the first question of a transaction has its snapshot, so the position before it belongs to another one
        String first = position(connections.values().iterator().next());
        String last = first;
        boolean calm = true;
        Instant at = Instant.EPOCH;
        for (Connection connection : connections.values()) {
            connection.rollback();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT pg_snapshot_xmin(s) = pg_snapshot_xmax(s), pg_current_wal_insert_lsn()::text,"
                                    + " clock_timestamp() FROM pg_current_snapshot() s")) {
                row.next();
                calm &= row.getBoolean(1);
                last = row.getString(2);
                at = row.getTimestamp(3).toInstant();
            }
        }
        return new Moment(last, calm && first.equals(last), at);
    }

    private static String position(Connection connection) throws SQLException {
        connection.rollback();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_current_wal_insert_lsn()::text")) {
            row.next();
            return row.getString(1);
        }
    }

    private Ledger counted(Moment moment, long end) throws SQLException {
        List<Ledger.Table> tables = new ArrayList<>();
        List<String> extensions = new ArrayList<>();
        for (Map.Entry<String, Connection> database : connections.entrySet()) {
            Connection connection = database.getValue();
            List<Ledger.Table> named = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(Beside.text(LedgerSession.class, "ledger_tables.sql"))) {
                while (rows.next()) {
                    named.add(new Ledger.Table(
                            database.getKey(),
                            rows.getString(1),
                            rows.getString(2),
                            Optional.empty(),
                            rows.getLong(3),
                            Optional.empty()));
                }
            }
            for (Ledger.Table table : named) {
                tables.add(System.nanoTime() < end ? counted(connection, table, end) : table);
            }
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("SELECT extname, extversion FROM pg_extension ORDER BY 1")) {
                while (rows.next()) {
                    extensions.add(database.getKey() + "/" + rows.getString(1) + " " + rows.getString(2));
                }
            }
            connection.rollback();
        }
        return new Ledger(moment.at(), moment.position(), moment.isCalm(), extensions, tables);
    }

    /**
     * A table that takes longer than there is time for stays uncounted, and so does one that cannot be counted at all, because
     * it is locked or was dropped meanwhile: that one says why.
     */
    private static Ledger.Table counted(Connection connection, Ledger.Table table, long end) throws SQLException {
        long millis = Math.max(10, (end - System.nanoTime()) / 1_000_000);
        Savepoint before = connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL statement_timeout = " + millis);
            long rows;
            try (ResultSet row = statement.executeQuery(
                    "SELECT count(*) FROM ONLY " + Sql.name(table.schema()) + "." + Sql.name(table.name()))) {
                row.next();
                rows = row.getLong(1);
            }
            statement.execute("SET LOCAL statement_timeout = 0");
            connection.releaseSavepoint(before);
            return table.with(rows);
        } catch (SQLException e) {
            try {
                // takes the limit back too
                connection.rollback(before);
            } catch (SQLException lost) {
                e.addSuppressed(lost);
                throw e;
            }
            return "57014".equals(e.getSQLState()) ? table : table.without(PostgresWire.firstLine(e));
        }
    }

    private List<String> databases() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = PostgresSession.connection(service, context, Declared.HOME, ANSWER_SECONDS);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private void close() {
        for (Connection connection : connections.values()) {
            try {
                connection.close();
            } catch (SQLException gone) {
                throw PostgresSession.unreachable(service, gone);
            }
        }
    }
}
