package dev.holdfast.proof.benchmark;

import dev.holdfast.text.Json;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/** A client of one server, which connects over TLS as programs do. */
record WakeSession(Json environment, int port) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Nanoseconds from the first try to connect to the first row, trying until there is one. */
    long nanosToFirstRow() {
        long begin = System.nanoTime();
        while (true) {
            try (Connection connection = open();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT n FROM filling WHERE n = 4711")) {
                if (!row.next()) {
                    throw new AssertionError("the row is gone");
                }
                return System.nanoTime() - begin;
            } catch (SQLException notYet) {
                if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                    throw new IllegalStateException(notYet);
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    void execute(String sql) {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection open() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", text("PGUSER"));
        properties.setProperty("password", text("PGPASSWORD"));
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", text("PGSSLROOTCERT"));
        properties.setProperty("gssEncMode", "disable");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + text("PGDATABASE"), properties);
    }

    private String text(String name) {
        return environment.textAt(name).orElseThrow();
    }
}
