package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.secret.SecretRef;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One question to the console of the pooler before the server. */
final class PoolSession {
    private static final int ANSWER_SECONDS = 2;
    private static final String CONSOLE = "pgbouncer";
    private static final String READER = "holdfast_stats";
    private static final List<String> TEXTS = List.of("database", "user", "pool_mode");
    private static final List<String> COUNTS =
            List.of("cl_active", "cl_waiting", "sv_active", "sv_idle", "sv_used", "maxwait");

    private PoolSession() {}

    /** A row a pool; a pooler that cannot be asked is refused in its own words. */
    static Attempt<List<Facts>> pools(Desk desk) {
        PostgresWire.Door door = new PostgresWire.Door(
                Doors.pooled(desk.service(), desk.context()),
                CONSOLE,
                READER,
                desk.context().secret(new SecretRef(Doors.pooler(desk.service()), "users/" + READER)),
                PostgresWire.Trust.in(desk.context().authorityFile()));
        try (Connection connection = PostgresWire.open(door, true, ANSWER_SECONDS);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW POOLS")) {
            List<Facts> pools = new ArrayList<>();
            while (rows.next()) {
                Map<String, Object> values = new LinkedHashMap<>();
                for (String name : TEXTS) {
                    values.put(name, String.valueOf(rows.getString(name)));
                }
                for (String name : COUNTS) {
                    values.put(name, rows.getLong(name));
                }
                pools.add(new Facts(values));
            }
            return new Attempt.Done<>(pools);
        } catch (SQLException e) {
            return new Attempt.Refused<>(PostgresWire.firstLine(e), String.valueOf(e.getSQLState()));
        }
    }
}
