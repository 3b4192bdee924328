package dev.holdfast.engines.postgres;

import dev.holdfast.apply.Visit;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.PostgresWire.Door;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Connections that go on to the next who asks at the same door during one {@link Visit}, as new as the first was. */
final class KeptConnections {
    private KeptConnections() {}

    /** Outside of a visit it is one like any other. */
    static Connection open(Door door, int answerSeconds) throws SQLException {
        Optional<Visit> visit = Visit.current();
        if (visit.isEmpty()) {
            return PostgresWire.open(door, false, answerSeconds);
        }
        Connection plain = again(visit.get(), door, answerSeconds);
        return lent(plain, visit.get(), door);
    }

    /** Whether there is a visit, which closes it in the end. */
    static boolean keep(Door door, Connection plain) {
        Optional<Visit> visit = Visit.current();
        visit.ifPresent(one -> one.leave(door, new Left(plain)));
        return visit.isPresent();
    }

    private static Connection again(Visit visit, Door door, int answerSeconds) throws SQLException {
        while (visit.take(door).orElse(null) instanceof Left(Connection left)) {
            if (isFresh(left, answerSeconds)) {
                return left;
            }
            new Left(left).close();
        }
        return PostgresWire.open(door, false, answerSeconds);
    }

    /** Whether it is still there and nothing of its last user is left in it. */
    private static boolean isFresh(Connection left, int answerSeconds) {
        try (Statement statement = left.createStatement()) {
            left.setNetworkTimeout(
                    Runnable::run, (int) Duration.ofSeconds(answerSeconds).toMillis());
            statement.execute("DISCARD ALL");
            return true;
        } catch (SQLException gone) {
            return false;
        }
    }

    private record Left(Connection connection) implements Visit.Kept {
        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException gone) {
                // the server has ended it already
            }
        }
    }

    /** Its end is the visit's to make, unless something is left open in it. */
    private static Connection lent(Connection plain, Visit visit, Door door) {
        boolean[] returned = {false};
        return (Connection) Proxy.newProxyInstance(
                KeptConnections.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        if (!returned[0]) {
                            returned[0] = true;
                            leave(plain, visit, door);
                        }
                        return null;
                    }
                    return invoke(plain, method, arguments);
                });
    }

    private static void leave(Connection plain, Visit visit, Door door) throws SQLException {
        if (plain.isClosed() || !plain.getAutoCommit()) {
            plain.close();
        } else {
            visit.leave(door, new Left(plain));
        }
    }

    private static @Nullable Object invoke(
            Connection plain, java.lang.reflect.Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(plain, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause() == null ? thrown : thrown.getCause();
        }
    }
}
