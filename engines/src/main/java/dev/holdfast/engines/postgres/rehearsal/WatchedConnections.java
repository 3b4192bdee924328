package dev.holdfast.engines.postgres.rehearsal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Connections that tell what is done over them, statement by statement, and otherwise are what they were: whoever runs
 * migrations runs them as ever.
 */
final class WatchedConnections {
    private WatchedConnections() {}

    /** Told on the thread that works, before and after. What it throws the worker is thrown. */
    interface Listener {
        void begins(String sql);

        /**
         * @param rows as the server counted them; -1 where it did not
         * @param inTransaction whether what the statement holds it still holds
         */
        void ends(long rows, boolean inTransaction);

        /** A commit or a rollback has ended. */
        void transactionEnded();

        /** True where the message is the listener's own, and nobody else is to hear it. */
        boolean hears(String message);
    }

    /** The watched one, over which nothing is told; also from one that somebody wrapped again. */
    static Connection plain(Connection connection) throws SQLException {
        return connection.unwrap(Connection.class);
    }

    static Connection watched(Connection connection, Listener listener) {
        return proxy(Connection.class, (proxy, method, arguments) -> {
            @Nullable Object answer = invoke(connection, method, arguments);
            return switch (method.getName()) {
                case "createStatement" -> statement(Statement.class, answer, connection, "", listener);
                case "prepareStatement" ->
                    statement(PreparedStatement.class, answer, connection, text(arguments), listener);
                case "prepareCall" -> statement(CallableStatement.class, answer, connection, text(arguments), listener);
                case "commit", "rollback" -> {
                    // a rollback to a savepoint ends nothing
                    if (arguments == null || arguments.length == 0) {
                        listener.transactionEnded();
                    }
                    yield answer;
                }
                default -> answer;
            };
        });
    }

    static int pid(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_catalog.pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Has the server count now what it otherwise counts some time after a transaction. */
    static void flush(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_catalog.pg_stat_force_next_flush()");
        }
    }

    private static <T extends Statement> T statement(
            Class<T> type, @Nullable Object real, Connection connection, String prepared, Listener listener) {
        T statement = type.cast(Objects.requireNonNull(real));
        return proxy(type, (proxy, method, arguments) -> {
            if (!method.getName().startsWith("execute")) {
                return invoke(statement, method, arguments);
            }
            listener.begins(arguments == null || arguments.length == 0 ? prepared : text(arguments));
            long rows = -1;
            try {
                @Nullable Object answer = invoke(statement, method, arguments);
                rows = rows(method, statement, answer);
                return answer;
            } finally {
                hear(statement, listener);
                listener.ends(rows, !connection.getAutoCommit());
            }
        });
    }

    private static long rows(Method method, Statement statement, @Nullable Object answer) throws SQLException {
        return switch (answer) {
            case Integer count when !method.getName().equals("execute") -> count;
            case Long count -> count;
            case Boolean isResult when !isResult -> statement.getLargeUpdateCount();
            case int[] counts ->
                Arrays.stream(counts).filter(count -> count > 0).sum();
            case null, default -> -1;
        };
    }

    private static void hear(Statement statement, Listener listener) throws SQLException {
        for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            var _ = listener.hears(String.valueOf(warning.getMessage()));
        }
    }

    private static String text(Object @Nullable [] arguments) {
        return arguments != null && arguments.length > 0 && arguments[0] instanceof String sql ? sql : "";
    }

    private static @Nullable Object invoke(Object target, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause() == null ? thrown : thrown.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
