package dev.holdfast.engines;

import dev.holdfast.engine.Health;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connections kept from one probe to the next, because a login over TLS costs more than all the rest. One that fails is
 * made anew once, so that a server that was restarted is not called broken for it.
 */
public final class KeptConnections {
    private static final int ANSWER_SECONDS = 2;

    private final Map<PostgresWire.Door, Connection> idle = new ConcurrentHashMap<>();

    /** What the first row of the answer says of the server. */
    public interface Reading {
        Health read(ResultSet row, long millis) throws SQLException;
    }

    public Health ask(PostgresWire.Door door, boolean console, String question, Reading reading) throws SQLException {
        Optional<Connection> kept = Optional.ofNullable(idle.remove(door));
        if (kept.isPresent()) {
            try {
                return ask(door, kept.get(), question, reading);
            } catch (SQLException e) {
                forget(kept.get(), e);
            }
        }
        Connection fresh = PostgresWire.open(door, console, ANSWER_SECONDS);
        try {
            return ask(door, fresh, question, reading);
        } catch (SQLException e) {
            forget(fresh, e);
            throw e;
        }
    }

    private Health ask(PostgresWire.Door door, Connection connection, String question, Reading reading)
            throws SQLException {
        long begin = System.nanoTime();
        Health health;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            if (!rows.next()) {
                throw new SQLException("the answer was empty");
            }
            health = reading.read(
                    rows, Duration.ofNanos(System.nanoTime() - begin).toMillis());
        }
        Connection other = idle.put(door, connection);
        if (other != null) {
            other.close();
        }
        return health;
    }

    private static void forget(Connection connection, SQLException why) {
        try {
            connection.close();
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }
}
