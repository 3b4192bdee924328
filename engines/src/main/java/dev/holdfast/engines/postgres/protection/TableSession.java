package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Makes a table of a copy ready to be carried away: alone in a schema whose name the source does not have. */
final class TableSession {
    private static final int ANSWER_SECONDS = 60;

    private TableSession() {}

    static String place(Service<?> service, Context source, Context copy, Tables.Name table) {
        String schema = free(service, source, table);
        String title = table.database() + "." + table.schema() + "." + table.table();
        try (Connection connection = PostgresSession.connection(service, copy, table.database(), ANSWER_SECONDS)) {
            String name = Sql.name(table.schema()) + "." + Sql.name(table.table());
            if (strings(connection, "SELECT 1 FROM pg_class WHERE oid = to_regclass(?) AND relkind = 'r'", name)
                    .isEmpty()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3638,
                        "there is no table " + title + " in the state that was restored",
                        "Name a table of that time (a partitioned one by its partitions), or another time with --at."));
            }
            try (Statement statement = connection.createStatement()) {
                // what points at other tables, or acts on them, would act on those of today
                for (String constraint : strings(
                        connection,
                        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = to_regclass(?)",
                        name)) {
                    statement.execute("ALTER TABLE " + name + " DROP CONSTRAINT " + Sql.name(constraint) + " CASCADE");
                }
                for (String trigger : strings(
                        connection,
                        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = to_regclass(?)",
                        name)) {
                    statement.execute("DROP TRIGGER " + Sql.name(trigger) + " ON " + name);
                }
                for (String policy :
                        strings(connection, "SELECT polname FROM pg_policy WHERE polrelid = to_regclass(?)", name)) {
                    statement.execute("DROP POLICY " + Sql.name(policy) + " ON " + name);
                }
                statement.execute("CREATE SCHEMA " + Sql.name(schema));
                statement.execute("ALTER TABLE " + name + " SET SCHEMA " + Sql.name(schema));
            }
            return schema;
        } catch (SQLException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3638,
                            "table " + title + " cannot be taken out of the restored copy: " + e.getMessage(),
                            "Restore the whole service with 'holdfast restore " + service.name()
                                    + "' and take what is needed from there."),
                    e);
        }
    }

    private static String free(Service<?> service, Context source, Tables.Name table) {
        try (Connection connection = PostgresSession.connection(service, source, table.database(), ANSWER_SECONDS)) {
            for (int number = 1; ; number++) {
                String schema = "restored_" + number;
                if (strings(connection, "SELECT nspname FROM pg_namespace WHERE nspname = ?", schema)
                        .isEmpty()) {
                    return schema;
                }
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    private static List<String> strings(Connection connection, String question, String argument) throws SQLException {
        List<String> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(question)) {
            statement.setString(1, argument);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        return found;
    }
}
