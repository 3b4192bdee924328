package dev.holdfast.engines.postgres.rehearsal;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Rehearsing.Rows;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.rehearsal.Seen.Held;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** Somebody who looks on while another session works. Not for use by several threads: each has its own. */
final class RehearsalSession implements AutoCloseable {
    private final Service<?> service;
    private final Connection connection;
    private final PreparedStatement now;

    private RehearsalSession(Service<?> service, Connection connection) throws SQLException {
        this.service = service;
        this.connection = connection;
        this.now = connection.prepareStatement(Beside.text(RehearsalSession.class, "now.sql"));
    }

    static RehearsalSession open(Service<?> service, Context context, String database) {
        Connection connection = PostgresSession.connection(service, context, database, 0);
        try {
            return new RehearsalSession(service, connection);
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    /** Puts up the triggers that tell of rewrites and drops. Only ever in a copy. */
    void prepare() {
        try (Statement statement = connection.createStatement()) {
            statement.execute(Beside.text(RehearsalSession.class, "setup.sql"));
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    /** The oid below which is all that was there when the rehearsal was prepared. */
    long newest() {
        return number("SELECT max(oid)::bigint FROM pg_event_trigger WHERE evtname = 'holdfast_rehearsal_rewrites'");
    }

    long size() {
        return number("SELECT pg_database_size(current_database())");
    }

    Seen seen(int pid, LongSupplier clock) {
        long asked = clock.getAsLong();
        try {
            now.setInt(1, pid);
            try (ResultSet rows = now.executeQuery()) {
                long log = 0;
                Set<Held> held = new HashSet<>();
                while (rows.next()) {
                    log = rows.getLong(1);
                    long relation = rows.getLong(2);
                    if (!rows.wasNull()) {
                        held.add(new Held(relation, rows.getString(3)));
                    }
                }
                return new Seen(asked, log, held);
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    Map<Long, Relation> relations() {
        Map<Long, Relation> relations = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(Beside.text(RehearsalSession.class, "relations.sql"))) {
            while (rows.next()) {
                relations.put(
                        rows.getLong("oid"),
                        new Relation(
                                rows.getLong("oid"),
                                rows.getString("name"),
                                rows.getString("kind").charAt(0),
                                rows.getLong("table_oid"),
                                rows.getLong("storage"),
                                rows.getLong("bytes")));
            }
            return relations;
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    /** What the statistics count since the server began, by the oid of the table. */
    Map<Long, Rows> rows() {
        Map<Long, Rows> counted = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(Beside.text(RehearsalSession.class, "rows.sql"))) {
            while (rows.next()) {
                counted.put(
                        rows.getLong("oid"),
                        new Rows(
                                rows.getString("name"),
                                rows.getLong("inserted"),
                                rows.getLong("updated"),
                                rows.getLong("deleted")));
            }
            return counted;
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    static List<Rows> difference(Map<Long, Rows> before, Map<Long, Rows> after) {
        List<Rows> changed = new ArrayList<>();
        after.forEach((oid, now) -> {
            Rows then = before.getOrDefault(oid, new Rows(now.table(), 0, 0, 0));
            Rows more = new Rows(
                    now.table(),
                    now.inserted() - then.inserted(),
                    now.updated() - then.updated(),
                    now.deleted() - then.deleted());
            if (more.inserted() + more.updated() + more.deleted() > 0) {
                changed.add(more);
            }
        });
        changed.sort(java.util.Comparator.comparing(Rows::table));
        return changed;
    }

    /** Ends the statement that the other session is at. */
    void cancel(int pid) {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_cancel_backend(?)")) {
            statement.setInt(1, pid);
            statement.execute();
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    private long number(String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
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
