package dev.holdfast.engines.postgres.audit;

import dev.holdfast.engine.Audit.Entry;
import dev.holdfast.engine.Audit.Verified;
import dev.holdfast.engine.Audit.Wanted;
import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.audit.ActualAudit.Watched;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** One visit to the audit of one database. */
final class AuditSession implements AutoCloseable {
    /** Reading a chain of years takes minutes; nothing takes this long without a word from the server. */
    private static final int ANSWER_SECONDS = 3600;

    private static final String LOCKED = "55P03";

    private final Service<?> service;
    private final String database;
    private final Connection connection;

    private AuditSession(Service<?> service, String database, Connection connection) {
        this.service = service;
        this.database = database;
        this.connection = connection;
    }

    static AuditSession open(Service<?> service, Context context, String database) {
        Connection connection = PostgresSession.connection(service, context, database, ANSWER_SECONDS);
        try (Statement statement = connection.createStatement()) {
            // whoever holds the chain may hold it for long, and others wait behind this
            statement.execute("SET lock_timeout = '5s'");
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
        return new AuditSession(service, database, connection);
    }

    List<Table> watched() {
        List<Table> watched = new ArrayList<>();
        query("observe_watched.sql", row -> watched.add(new Table(row.getString(1), row.getString(2))));
        return List.copyOf(watched);
    }

    ActualAudit look(Audited audited) {
        List<Table> tables = audited.tables();
        SortedMap<Table, Watched> there = new TreeMap<>();
        query(
                "observe_tables.sql",
                row -> there.put(
                        new Table(row.getString("nspname"), row.getString("relname")),
                        new Watched(
                                List.of("r", "p").contains(row.getString("kind")),
                                row.getBoolean("noted") && row.getBoolean("beside") && row.getBoolean("everywhere"),
                                row.getBoolean("spoken"))),
                tables.stream().map(Table::schema).toArray(String[]::new),
                tables.stream().map(Table::name).toArray(String[]::new),
                audited.spec().tables().toArray(String[]::new),
                audited.spec().tables().stream().map(audited::without).toArray(String[]::new));
        List<ActualAudit> seen = new ArrayList<>();
        query(
                "observe_marks.sql",
                row -> seen.add(new ActualAudit(
                        row.getString("mark"),
                        row.getBoolean("there"),
                        row.getString("settings"),
                        row.getBoolean("auditor"),
                        there,
                        watched())));
        return seen.getFirst();
    }

    List<Entry> log(Wanted wanted) {
        List<Entry> entries = new ArrayList<>();
        query(
                "log.sql",
                row -> entries.add(new Entry(
                        row.getLong("number"),
                        row.getString("at"),
                        row.getString("table_name"),
                        row.getString("action"),
                        row.getString("session_role"),
                        row.getString("current_role_name"),
                        row.getString("application"),
                        Optional.ofNullable(row.getString("client")),
                        Optional.ofNullable(row.getString("tenant")),
                        Optional.ofNullable(row.getString("before")),
                        Optional.ofNullable(row.getString("after")))),
                wanted.table(),
                wanted.table(),
                wanted.tenant(),
                wanted.tenant(),
                wanted.user(),
                wanted.user(),
                wanted.most());
        return List.copyOf(entries);
    }

    Verified verify(Optional<String> expected) {
        try (Statement statement = connection.createStatement()) {
            // the writers close the chain too: one at a time
            statement.execute("SELECT pg_advisory_lock(4850, 1)");
            statement.execute("SELECT holdfast.audit_close()");
            statement.execute("SELECT pg_advisory_unlock(4850, 1)");
        } catch (SQLException e) {
            throw failed(e);
        }
        List<String> gaps = new ArrayList<>();
        long[] sealed = new long[1];
        List<String> heads = new ArrayList<>();
        long[] pruned = new long[1];
        query("verify_pruned.sql", row -> {
            pruned[0] = row.getLong("entries");
            if (!row.getBoolean("whole")) {
                gaps.add("the notes of what was let go because of its age were altered");
            }
            if (!row.getBoolean("anchored")) {
                gaps.add("the link at which the chain was left off when old entries were let go is missing");
            }
        });
        query("verify.sql", row -> {
            sealed[0] += row.getLong("entries");
            heads.add(row.getString("head"));
            String link = "link " + row.getLong("number") + " of the chain, closed " + row.getString("at");
            long many = row.getLong("many");
            long entries = row.getLong("entries");
            if (!row.getBoolean("follows")) {
                gaps.add("the link before " + link + " is missing");
            }
            if (many != entries) {
                gaps.add(link + ", covered " + entries + " entries and there are " + many);
            }
            if (!row.getString("forged").isEmpty()) {
                gaps.add(link + ", covers entries that were altered: " + row.getString("forged"));
            }
            if (!row.getBoolean("whole")
                    && many == entries
                    && row.getString("forged").isEmpty()) {
                gaps.add(link + ", does not come to what it says: entries or the link before it were altered");
            }
        });
        expected.filter(head -> !heads.contains(head))
                .ifPresent(head -> gaps.add(
                        "the chain never came to " + head + ", which was noted: links were taken away or made anew"));
        List<Verified> verified = new ArrayList<>();
        query("verify_open.sql", row -> {
            if (!row.getString("forged").isEmpty()) {
                gaps.add("entries that were not yet in the chain were altered: " + row.getString("forged"));
            }
            long last = row.getLong("last");
            verified.add(new Verified(
                    database,
                    sealed[0],
                    row.getLong("many"),
                    pruned[0],
                    heads.isEmpty() ? "" : heads.getLast(),
                    last == 0 ? OptionalLong.empty() : OptionalLong.of(last),
                    gaps));
        });
        return verified.getFirst();
    }

    /** How many entries were let go. */
    long prune(Duration keep) {
        long all = 0;
        try (PreparedStatement prune = connection.prepareStatement("SELECT holdfast.audit_prune(?::interval)")) {
            prune.setString(1, keep.toString());
            long gone;
            do {
                try (ResultSet row = prune.executeQuery()) {
                    row.next();
                    gone = row.getLong(1);
                    all += gone;
                }
            } while (gone > 0);
            return all;
        } catch (SQLException e) {
            if ("XX001".equals(e.getSQLState())) {
                throw new HoldfastException(
                        Problem.of(
                                Code.HF3607,
                                "old entries of the audit of " + service.name() + "/" + database + " are kept: "
                                        + PostgresWire.firstLine(e),
                                "See holdfast audit verify " + service.name() + "/" + database
                                        + " for what is missing or altered."),
                        e);
            }
            throw failed(e);
        }
    }

    private HoldfastException failed(SQLException e) {
        return LOCKED.equals(e.getSQLState())
                ? new HoldfastException(
                        Problem.of(
                                Code.HF3503,
                                "the audit of " + service.name() + "/" + database
                                        + " is locked by another session, which did not let go of it within 5 s",
                                "See 'holdfast insight locks " + service.name()
                                        + "' for who that is, and run this again when it has ended."),
                        e)
                : PostgresSession.unreachable(service, e);
    }

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    private void query(String file, Row reader, Object... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(Beside.text(AuditSession.class, file))) {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case String[] names -> statement.setArray(i + 1, connection.createArrayOf("text", names));
                    case Integer number -> statement.setInt(i + 1, number);
                    case Optional<?> text ->
                        statement.setString(i + 1, text.map(String::valueOf).orElse(null));
                    default -> statement.setString(i + 1, String.valueOf(arguments[i]));
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
