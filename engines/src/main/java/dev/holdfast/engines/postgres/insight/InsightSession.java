package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One visit to one database in order to look at it. Whatever is done in it is taken back at its end: it is one transaction
 * that is never committed, and waits for no lock for longer than two seconds.
 */
final class InsightSession implements AutoCloseable {
    private static final int ANSWER_SECONDS = 120;
    private static final String DENIED = "42501";

    private final Service<?> service;
    private final String database;
    private final Connection connection;

    private InsightSession(Service<?> service, String database, Connection connection) {
        this.service = service;
        this.database = database;
        this.connection = connection;
    }

    static InsightSession open(Service<?> service, Context context, String database) {
        Connection connection = PostgresSession.connection(service, context, database, ANSWER_SECONDS);
        try {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET application_name = 'holdfast insight'; SET statement_timeout = '60s';"
                        + " SET lock_timeout = '2s'; SET idle_in_transaction_session_timeout = '60s'; SET jit = off");
            }
            connection.setAutoCommit(false);
            return new InsightSession(service, database, connection);
        } catch (SQLException e) {
            closed(connection, e);
            throw PostgresSession.unreachable(service, e);
        }
    }

    String database() {
        return database;
    }

    /** The rows of the question that lies beside this class. */
    List<Facts> rows(String resource, Object... parameters) {
        return ask(Beside.text(InsightSession.class, resource), parameters);
    }

    List<Facts> ask(String sql, Object... parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return facts(rows);
            }
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    /** Statements without parameters; question marks in them are operators. */
    void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    /** The result of the work, or the server's words on why it would not; what the work did by then is undone. */
    <T> Attempt<T> attempt(Supplier<T> work) {
        try {
            Savepoint savepoint = connection.setSavepoint();
            try {
                T result = work.get();
                connection.releaseSavepoint(savepoint);
                return new Attempt.Done<>(result);
            } catch (HoldfastException e) {
                if (!(e.getCause() instanceof SQLException refusal)) {
                    throw e;
                }
                connection.rollback(savepoint);
                return new Attempt.Refused<>(
                        PostgresWire.firstLine(refusal),
                        Optional.ofNullable(refusal.getSQLState()).orElse(""));
            }
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    /** Undoes all that was done in this visit so far. */
    void takeBack() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    private static List<Facts> facts(ResultSet rows) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        List<Facts> facts = new ArrayList<>();
        while (rows.next()) {
            Map<String, Object> values = new LinkedHashMap<>();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                Object value = rows.getObject(i);
                if (value != null) {
                    values.put(columns.getColumnLabel(i), value instanceof Array array ? items(array) : value);
                }
            }
            facts.add(new Facts(values));
        }
        return facts;
    }

    private static List<String> items(Array array) throws SQLException {
        List<String> items = new ArrayList<>();
        if (array.getArray() instanceof Object[] values) {
            for (Object value : values) {
                items.add(String.valueOf(value));
            }
        }
        return items;
    }

    private HoldfastException refused(SQLException e) {
        String state = Optional.ofNullable(e.getSQLState()).orElse("");
        if (state.startsWith("08") || state.startsWith("57P")) {
            return PostgresSession.unreachable(service, e);
        }
        String remedy = state.equals(DENIED)
                ? "Give the role Holdfast logs in with the role pg_monitor, or ask for a report that needs less."
                : "Ask again; if it stays, another report or 'holdfast connect " + service.name() + "' may tell more.";
        return new HoldfastException(
                Problem.of(
                        Code.HF3551,
                        "database '" + database + "' of '" + service.name()
                                + "' does not answer a question of insight: " + PostgresWire.firstLine(e),
                        remedy),
                e);
    }

    private static void closed(Connection connection, SQLException why) {
        try {
            connection.close();
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    /** Takes back what was done. A connection that is gone has taken it back by itself. */
    @Override
    public void close() {
        try (connection) {
            connection.rollback();
        } catch (SQLException e) {
            // the server undoes it when it notices, which is all that is wanted
            return;
        }
    }
}
