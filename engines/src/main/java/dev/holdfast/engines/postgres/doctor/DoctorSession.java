package dev.holdfast.engines.postgres.doctor;

import dev.holdfast.engines.Beside;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.PostgresWire.Door;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** One connection that looks and changes nothing. Every answer that does not come in time is a {@link Failed}. */
final class DoctorSession implements AutoCloseable {
    private static final int ANSWER_SECONDS = 5;
    private static final int ROUNDS = 25;

    /** Others may be given the process in between; it takes one time that they are not. */
    private static final int ATTEMPTS = 8;

    private final Connection connection;
    private final long connectMicros;

    private DoctorSession(Connection connection, long connectMicros) {
        this.connection = connection;
        this.connectMicros = connectMicros;
    }

    /** A refusal, told by what the server said of it. */
    static final class Failed extends Exception {
        private final transient String state;
        private final transient String line;

        Failed(SQLException failure) {
            super(failure);
            this.state = Optional.ofNullable(failure.getSQLState()).orElse("");
            this.line = PostgresWire.firstLine(failure);
        }

        String state() {
            return state;
        }

        String line() {
            return line;
        }
    }

    record Server(String version, int number, boolean inRecovery, int port, double clock, long clients, long allowed) {}

    record Rights(
            String role,
            List<String> powers,
            String database,
            String owner,
            boolean createsSchemas,
            long enters,
            List<String> schemas,
            long tables,
            long readable,
            long writable) {}

    /** @param creatable whether this login may create it */
    record Extension(String name, Optional<String> installed, String offered, boolean creatable) {}

    record Latency(long connectMicros, long p50Micros, long p95Micros) {}

    /** @param because the evidence */
    record Pooling(boolean pooled, Optional<String> mode, String because) {}

    static DoctorSession open(Door door) throws Failed {
        try {
            long begin = System.nanoTime();
            Connection connection = PostgresWire.open(door, false, ANSWER_SECONDS);
            return new DoctorSession(connection, (System.nanoTime() - begin) / 1_000);
        } catch (SQLException e) {
            throw new Failed(e);
        }
    }

    Server server() throws Failed {
        return first(
                "server.sql",
                row -> new Server(
                        row.getString("version"),
                        row.getInt("number"),
                        row.getBoolean("in_recovery"),
                        row.getInt("port"),
                        row.getDouble("clock"),
                        row.getLong("clients"),
                        row.getLong("allowed")));
    }

    Rights rights() throws Failed {
        return first("rights.sql", row -> {
            List<String> powers = new ArrayList<>();
            for (String power : List.of("super", "createdb", "createrole", "bypassrls", "replication")) {
                if (row.getBoolean("rol" + power)) {
                    powers.add(power.equals("super") ? "superuser" : power);
                }
            }
            return new Rights(
                    row.getString("role"),
                    powers,
                    row.getString("database"),
                    row.getString("owner"),
                    row.getBoolean("may_create_schemas"),
                    row.getLong("enters"),
                    texts(row.getArray("schemas")),
                    row.getLong("tables"),
                    row.getLong("readable"),
                    row.getLong("writable"));
        });
    }

    List<Extension> extensions() throws Failed {
        return all(
                Beside.text(DoctorSession.class, "extensions.sql"),
                row -> new Extension(
                        row.getString("name"),
                        Optional.ofNullable(row.getString("installed_version")),
                        row.getString("default_version"),
                        row.getBoolean("creatable")));
    }

    /** In the units of {@code pg_settings}; what this connection itself brought, such as its time zone, is left out. */
    SortedMap<String, String> settings() throws Failed {
        SortedMap<String, String> settings = new TreeMap<>();
        all(
                "SELECT name, setting FROM pg_settings WHERE source NOT IN ('client', 'session')",
                row -> settings.put(row.getString(1), row.getString(2)));
        return settings;
    }

    List<String> databases() throws Failed {
        return all(
                "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1",
                row -> row.getString(1));
    }

    Latency latency() throws Failed {
        long[] micros = new long[ROUNDS];
        all("SELECT 1", row -> row.getInt(1));
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            all("SELECT 1", row -> row.getInt(1));
            micros[i] = (System.nanoTime() - begin) / 1_000;
        }
        Arrays.sort(micros);
        return new Latency(connectMicros, micros[ROUNDS / 2], micros[ROUNDS * 95 / 100]);
    }

    /**
     * Who stands between is seen by how it behaves: the process that answers is not the one that was promised at the
     * login, and in transaction mode two clients that are both connected are given the same process.
     */
    Pooling pooling(DoctorSession other) throws Failed {
        try {
            int promised = promised();
            int answering = pid();
            if (promised == answering) {
                return new Pooling(
                        false,
                        Optional.empty(),
                        "the process that answers (" + answering + ") is the one that let us in");
            }
            String stranger = "process " + answering + " answers, and the login promised " + promised;
            other.connection.setAutoCommit(false);
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                int ours = pid();
                int held;
                try {
                    held = other.pid();
                } catch (Failed refused) {
                    return refused.line().contains("statement pooling")
                            ? new Pooling(true, Optional.of("statement"), stranger + "; a transaction is refused")
                            : new Pooling(true, Optional.empty(), stranger);
                }
                other.connection.rollback();
                if (held == ours || ours != answering) {
                    return new Pooling(
                            true,
                            Optional.of("transaction"),
                            stranger + "; "
                                    + (held == ours
                                            ? "two clients at once were given the same process"
                                            : "the process changed from one statement to the next"));
                }
            }
            return new Pooling(
                    true,
                    Optional.of("session"),
                    stranger + "; two clients kept a process each between their statements");
        } catch (SQLException e) {
            throw new Failed(e);
        }
    }

    private int pid() throws Failed {
        return all("SELECT pg_catalog.pg_backend_pid()", row -> row.getInt(1)).getFirst();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException alreadyGone) {
            return;
        }
    }

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> T first(String file, Row<T> reader) throws Failed {
        List<T> rows = all(Beside.text(DoctorSession.class, file), reader);
        if (rows.isEmpty()) {
            throw new Failed(new SQLException("the answer was empty"));
        }
        return rows.getFirst();
    }

    private <T> List<T> all(String sql, Row<T> reader) throws Failed {
        List<T> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                all.add(reader.read(rows));
            }
            return all;
        } catch (SQLException e) {
            throw new Failed(e);
        }
    }

    /** Whether a statement that was prepared stays usable when the pool gives it another process. */
    boolean keepsPrepared(DoctorSession other) throws Failed {
        driver("setPrepareThreshold", new Class<?>[] {int.class}, 1);
        try (PreparedStatement prepared = connection.prepareStatement("SELECT pg_catalog.pg_backend_pid()")) {
            try (ResultSet rows = prepared.executeQuery()) {
                rows.next();
            }
            other.connection.setAutoCommit(false);
            other.pid();
            try (ResultSet rows = prepared.executeQuery()) {
                return rows.next();
            } finally {
                other.connection.rollback();
            }
        } catch (SQLException e) {
            if ("26000".equals(e.getSQLState()) || "42P05".equals(e.getSQLState())) {
                return false;
            }
            throw new Failed(e);
        }
    }

    /** The process that the login named, which is whom a cancel request would go to. */
    private int promised() throws Failed {
        return driver("getBackendPID", new Class<?>[0]) instanceof Integer pid ? pid : 0;
    }

    /** The driver's own words are called by name: compiling against its types wants annotations it does not bring. */
    private Object driver(String method, Class<?>[] types, Object... arguments) throws Failed {
        try {
            return Optional.ofNullable(
                            connection.getClass().getMethod(method, types).invoke(connection, arguments))
                    .map(Object.class::cast)
                    .orElse("");
        } catch (ReflectiveOperationException e) {
            throw new Failed(new SQLException("this driver has no " + method, e));
        }
    }

    private static List<String> texts(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
