package dev.holdfast.engines.postgres.migrations;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Connections on which somebody is asked before each statement of a file, and told after it. */
final class StatementConnections {
    private StatementConnections() {}

    /** Asked and told; a statement that is not wanted is taken for done. */
    interface Gate {
        boolean wants(String sql, Connection plain) throws SQLException;

        void done(String sql, Connection plain) throws SQLException;
    }

    /** {@code unwrap} still gives the driver's own connection, which Flyway needs for COPY. */
    static Connection gated(Connection plain, Gate gate) {
        return proxy(Connection.class, (proxy, method, arguments) -> {
            Object result = invoke(plain, method, arguments);
            return result instanceof Statement statement && method.getName().equals("createStatement")
                    ? gated(statement, plain, gate)
                    : result;
        });
    }

    private static Statement gated(Statement plain, Connection connection, Gate gate) {
        return proxy(Statement.class, (proxy, method, arguments) -> {
            boolean runs = method.getName().equals("execute") && arguments != null && arguments.length == 1;
            if (!runs || !(arguments[0] instanceof String sql)) {
                return invoke(plain, method, arguments);
            }
            if (!gate.wants(sql, connection)) {
                return plain.execute("SELECT 1 WHERE false");
            }
            Object result = invoke(plain, method, arguments);
            gate.done(sql, connection);
            return result;
        });
    }

    private static @Nullable Object invoke(Object plain, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(plain, arguments);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            throw cause == null ? thrown : cause;
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(StatementConnections.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
