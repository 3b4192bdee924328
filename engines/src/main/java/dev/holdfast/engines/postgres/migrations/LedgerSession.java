package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.apply.Operation;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is recorded in a database of its migrations, asked and written over a connection that somebody else keeps. */
final class LedgerSession {
    /** Holdfast's own lock for a run; Flyway's is taken by Flyway itself, for each file. */
    static final long RUN_LOCK = 0x686f6c64_66617374L;

    private static final String DONE = Beside.text(LedgerSession.class, "ledger_done.sql");
    private static final String BEGUN = Beside.text(LedgerSession.class, "ledger_begun.sql");

    private final MigrationPlace place;
    private final Connection connection;

    LedgerSession(MigrationPlace place, Connection connection) {
        this.place = place;
        this.connection = connection;
    }

    boolean hasHistory() throws SQLException {
        return exists(place.table());
    }

    boolean hasLedger() throws SQLException {
        return exists("holdfast.migrations");
    }

    boolean exists(String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** In the order in which they were written. */
    List<HistoryRow> history() throws SQLException {
        List<HistoryRow> rows = new ArrayList<>();
        if (!hasHistory()) {
            return rows;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT installed_rank, version, description, type, script, checksum, installed_by,"
                                + " installed_on AT TIME ZONE current_setting('TimeZone') AS at, execution_time, success FROM "
                                + place.table() + " ORDER BY installed_rank")) {
            while (row.next()) {
                int checksum = row.getInt("checksum");
                Optional<Integer> known = row.wasNull() ? Optional.empty() : Optional.of(checksum);
                rows.add(new HistoryRow(
                        row.getInt("installed_rank"),
                        Optional.ofNullable(row.getString("version")).flatMap(MigrationVersion::parse),
                        row.getString("description"),
                        row.getString("type"),
                        row.getString("script"),
                        known,
                        row.getString("installed_by"),
                        instant(row, "at"),
                        row.getLong("execution_time"),
                        row.getBoolean("success")));
            }
        }
        return rows;
    }

    Map<String, LedgerRow> ledger() throws SQLException {
        Map<String, LedgerRow> rows = new LinkedHashMap<>();
        if (!hasLedger()) {
            return rows;
        }
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT m.*, EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = m.backend AND a.backend_start = m.backend_of"
                        + " AND a.pid <> pg_backend_pid()) AS alive FROM holdfast.migrations m WHERE history = ?")) {
            statement.setString(1, place.history());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.put(
                            row.getString("script"),
                            new LedgerRow(
                                    row.getString("script"),
                                    row.getString("state"),
                                    row.getString("text"),
                                    List.of((String[])
                                            row.getArray("statements").getArray()),
                                    Optional.ofNullable(row.getString("at_hand")),
                                    row.getInt("backend"),
                                    row.getBoolean("alive"),
                                    row.getString("operation"),
                                    row.getString("actor"),
                                    instant(row, "begun")));
                }
            }
        }
        return rows;
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column))
                .map(Timestamp::toInstant)
                .orElse(Instant.EPOCH);
    }

    /** Makes the ledger where the rights allow it, and says whether it is there for the role. */
    void makeLedger(String role) throws SQLException {
        if (!hasLedger()) {
            execute(Beside.text(LedgerSession.class, "ledger.sql"));
        }
        String name = Sql.name(role);
        execute("GRANT USAGE ON SCHEMA holdfast TO " + name
                + "; GRANT SELECT, INSERT, UPDATE, DELETE ON holdfast.migrations TO " + name);
    }

    /** Written by whoever runs the file, on its own connection and so in its own transaction. */
    void done(MigrationFile file) throws SQLException {
        record(DONE, file);
    }

    void begun(MigrationFile file) throws SQLException {
        record(BEGUN, file);
    }

    private void record(String sql, MigrationFile file) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, place.history());
            statement.setString(2, file.script());
            statement.setString(3, file.text());
            statement.setString(4, Operation.current().id());
            statement.setString(5, Operation.current().actor());
            statement.executeUpdate();
        }
    }

    void atHand(MigrationFile file, String sql) throws SQLException {
        update("UPDATE holdfast.migrations SET at_hand = ? WHERE history = ? AND script = ?", sql, file);
    }

    void statementDone(MigrationFile file, String digest) throws SQLException {
        update(
                "UPDATE holdfast.migrations SET statements = statements || ?, at_hand = NULL WHERE history = ? AND script = ?",
                digest,
                file);
    }

    private void update(String sql, String first, MigrationFile file) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, first);
            statement.setString(2, place.history());
            statement.setString(3, file.script());
            statement.executeUpdate();
        }
    }

    void failed(MigrationFile file) throws SQLException {
        update(
                "UPDATE holdfast.migrations SET state = ?, ended = clock_timestamp() WHERE history = ? AND script = ?",
                "failed",
                file);
    }

    void forget(String script) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM holdfast.migrations WHERE history = ? AND script = ?")) {
            statement.setString(1, place.history());
            statement.setString(2, script);
            statement.executeUpdate();
        }
    }

    /** A failed entry is no longer needed once its file runs again. */
    int forgetFailure(String script) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM " + place.table() + " WHERE script = ? AND NOT success")) {
            statement.setString(1, script);
            return statement.executeUpdate();
        }
    }

    int setChecksum(HistoryRow row, int checksum, String description) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "UPDATE " + place.table() + " SET checksum = ?, description = ? WHERE installed_rank = ?")) {
            statement.setInt(1, checksum);
            statement.setString(2, description);
            statement.setInt(3, row.rank());
            return statement.executeUpdate();
        }
    }

    /** As Flyway's own repair does: the row stays, and a later one says that it no longer counts. */
    void markDeleted(HistoryRow row, String by) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + place.table()
                + " (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)"
                + " SELECT (SELECT max(installed_rank) + 1 FROM " + place.table()
                + "), version, description, 'DELETE', script, checksum, ?, 0, success FROM " + place.table()
                + " WHERE installed_rank = ?")) {
            statement.setString(1, by);
            statement.setInt(2, row.rank());
            statement.executeUpdate();
        }
    }

    /** Asked again and again and never waited for inside of the server: a waiter's snapshot would hold up an index built concurrently. */
    boolean tryLock() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(" + RUN_LOCK + ")")) {
            return row.next() && row.getBoolean(1);
        }
    }

    void unlock() throws SQLException {
        execute("SELECT pg_advisory_unlock(" + RUN_LOCK + ")");
    }

    /** Whoever runs migrations here now. */
    Optional<String> holder() throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(Beside.text(LedgerSession.class, "lock_holder.sql"))) {
            statement.setArray(1, connection.createArrayOf("bigint", new Object[] {RUN_LOCK, flywayLock()}));
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of("'" + row.getString("application_name") + "' (role " + row.getString("usename")
                                + ", process " + row.getInt("pid")
                                + Optional.ofNullable(row.getString("client_addr"))
                                        .map(address -> " from " + address)
                                        .orElse("")
                                + ")")
                        : Optional.empty();
            }
        }
    }

    /** The number that Flyway computes for its lock on the history table (PostgreSQLAdvisoryLockTemplate, 11.15.0). */
    private long flywayLock() {
        long magic = (0x46L << 40) + (0x6CL << 32) + (0x79L << 24) + (0x77L << 16) + (0x61L << 8) + 0x79L;
        return magic + place.table().hashCode();
    }

    /** Ends the server process that still works for a client that is gone. */
    boolean end(LedgerRow row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT pg_terminate_backend(a.pid, 10000) FROM pg_stat_activity a JOIN holdfast.migrations m ON a.pid = m.backend"
                        + " AND a.backend_start = m.backend_of WHERE m.history = ? AND m.script = ?")) {
            statement.setString(1, place.history());
            statement.setString(2, row.script());
            try (ResultSet ended = statement.executeQuery()) {
                return ended.next() && ended.getBoolean(1);
            }
        }
    }

    /** An index, and whether queries can use it; {@code of} is the table that it is on, by the number that the server has for it. */
    record Index(String name, String plain, String table, long of, boolean valid, boolean partitioned) {}

    /** The table of that name, quoted as in a statement, as whoever is connected sees it. */
    Optional<Long> relation(String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT to_regclass(?)::oid")) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                long found = row.next() ? row.getLong(1) : 0;
                return found == 0 ? Optional.empty() : Optional.of(found);
            }
        }
    }

    List<Index> indexes() throws SQLException {
        List<Index> indexes = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(Beside.text(LedgerSession.class, "invalid_indexes.sql"))) {
            while (row.next()) {
                indexes.add(new Index(
                        row.getString("name"),
                        row.getString("relname"),
                        row.getString("on_table"),
                        row.getLong("on_oid"),
                        row.getBoolean("valid"),
                        row.getBoolean("partitioned")));
            }
        }
        return indexes;
    }

    /** Whether anything of somebody's is in the database; extensions and Holdfast's own do not count. */
    boolean isEmpty() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid ="
                                + " c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN"
                                + " ('information_schema', 'holdfast', 'holdfast_series') AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid ="
                                + " 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))")) {
            return row.next() && row.getBoolean(1);
        }
    }

    int backend() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    /** Who keeps one of the processes waiting, as a sentence's part. */
    Optional<String> blocker(Collection<Integer> pids) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(Beside.text(LedgerSession.class, "blockers.sql"))) {
            statement.setArray(1, connection.createArrayOf("int", pids.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(Optional.ofNullable(row.getString("relation"))
                                        .map(table -> "the lock on " + table + " that ")
                                        .orElse("a lock that ")
                                + row.getString("usename") + " holds (process " + row.getInt("pid") + ", '"
                                + row.getString("application_name") + "', " + row.getString("state")
                                + ", in its transaction for "
                                + row.getLong("seconds") + " s)")
                        : Optional.empty();
            }
        }
    }

    /** Closes and watches what a file has just made where no event trigger does: in its own transaction, where it has one. */
    void settle() throws SQLException {
        execute(Beside.text(LedgerSession.class, "settle.sql"));
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
