package dev.holdfast.engines.postgres.copying;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What is asked of both ends of a copy, and done at the near one. */
final class HomeSession {
    private HomeSession() {}

    /** As the copying programs take it for exactly that table. */
    record Table(String schema, String name) {
        String pattern() {
            return Sql.name(schema) + "." + Sql.name(name);
        }

        @Override
        public String toString() {
            return schema + "." + name;
        }
    }

    /**
     * @param open tables whose rows can be read
     * @param hidden tables whose rows policies hide
     * @param closed tables that may not be read at all
     */
    record Seen(String keeper, int major, long bytes, List<Table> open, List<Table> hidden, List<Table> closed) {}

    static Seen look(Service<?> elsewhere, Context from, String database) {
        try (Connection connection = PostgresSession.connection(elsewhere, from, database, 60);
                Statement statement = connection.createStatement()) {
            List<Table> hidden = new ArrayList<>();
            List<Table> closed = new ArrayList<>();
            List<Table> open = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(Beside.text(HomeSession.class, "unseen.sql"))) {
                while (rows.next()) {
                    Table table = new Table(rows.getString("schema"), rows.getString("name"));
                    if (rows.getBoolean("closed")) {
                        closed.add(table);
                    } else if (rows.getBoolean("hidden")) {
                        hidden.add(table);
                    } else {
                        open.add(table);
                    }
                }
            }
            try (ResultSet row = statement.executeQuery(
                    "SELECT current_setting('server_version_num')::int / 10000, pg_database_size(current_database())")) {
                row.next();
                return new Seen(Doors.keeper(elsewhere), row.getInt(1), row.getLong(2), open, hidden, closed);
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(elsewhere, e);
        }
    }

    /** Policies name the role of the far end; here nobody logs in as it. */
    static void prepare(Service<?> home, Context to, String database, String keeper) {
        execute(
                home,
                to,
                database,
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = " + Sql.text(keeper)
                        + ") THEN CREATE ROLE " + Sql.name(keeper) + " NOLOGIN; END IF; END $$");
    }

    /** A copy that was just made has no statistics, and without them its plans are not those of the real one. */
    static void analyze(Service<?> home, Context to, String database) {
        execute(home, to, database, "ANALYZE");
    }

    private static void execute(Service<?> home, Context to, String database, String sql) {
        try (Connection connection = PostgresSession.connection(home, to, database, 0);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw PostgresSession.unreachable(home, e);
        }
    }
}
