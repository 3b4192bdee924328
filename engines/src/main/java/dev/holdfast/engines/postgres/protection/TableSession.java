package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
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
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes a table of a copy ready to be carried away: alone in a schema whose name the source does not have. */
final class TableSession {
    private static final int ANSWER_SECONDS = 60;

    private static final String FOREIGN_KEYS =
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = to_regclass(?)";

    private static final String TRIGGERS =
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = to_regclass(?)";

    private static final String POLICIES = Beside.text(TableSession.class, "policies.sql");

    private TableSession() {}

    /**
     * What is to be carried.
     *
     * @param policies statements that make the table's policies anew where it goes, by their names
     * @param left what stays behind, each a sentence without its full stop
     */
    record Placed(String schema, SortedMap<String, String> policies, List<String> left) {}

    /** Columns, defaults, indexes and constraints go with the table; what points at other tables or acts on them does not. */
    static Placed place(Service<?> service, Context source, Context copy, Tables.Name table) {
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
            List<String> left = new ArrayList<>();
            pairs(connection, FOREIGN_KEYS, name)
                    .forEach((constraint, text) -> left.add("foreign key " + constraint
                            + ", which would hold against the" + " rows of today: " + text));
            pairs(connection, TRIGGERS, name)
                    .forEach((trigger, text) ->
                            left.add("trigger " + trigger + ", which would act on the tables of today: " + text));
            try (Statement statement = connection.createStatement()) {
                for (String constraint : pairs(connection, FOREIGN_KEYS, name).keySet()) {
                    statement.execute("ALTER TABLE " + name + " DROP CONSTRAINT " + Sql.name(constraint) + " CASCADE");
                }
                for (String trigger : pairs(connection, TRIGGERS, name).keySet()) {
                    statement.execute("DROP TRIGGER " + Sql.name(trigger) + " ON " + name);
                }
                statement.execute("CREATE SCHEMA " + Sql.name(schema));
                statement.execute("ALTER TABLE " + name + " SET SCHEMA " + Sql.name(schema));
                String placed = Sql.name(schema) + "." + Sql.name(table.table());
                SortedMap<String, String> policies = pairs(connection, POLICIES, placed);
                for (String policy : policies.keySet()) {
                    statement.execute("DROP POLICY " + Sql.name(policy) + " ON " + placed);
                }
                return new Placed(schema, policies, left);
            }
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

    /**
     * Makes the policies again where the table is now. What they name may be gone by now, a role or a function: without one
     * of them nobody sees more than with it, since the table stays under row-level security.
     */
    static List<String> protect(Service<?> service, Context source, Tables.Name table, Placed placed) {
        List<String> left = new ArrayList<>(placed.left());
        try (Connection connection = PostgresSession.connection(service, source, table.database(), ANSWER_SECONDS)) {
            placed.policies().forEach((policy, text) -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(text);
                } catch (SQLException e) {
                    left.add("policy " + policy + ", because " + first(e) + ": " + text);
                }
            });
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
        return left;
    }

    private static String first(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("").replaceFirst("^ERROR: ", "");
    }

    /** Removes what Holdfast made for its own use in a database that is to be loaded. */
    static void clear(Service<?> service, Context copy, String database) {
        try (Connection connection = PostgresSession.connection(service, copy, database, ANSWER_SECONDS);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP SCHEMA IF EXISTS holdfast CASCADE");
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
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

    private static SortedMap<String, String> pairs(Connection connection, String question, String argument)
            throws SQLException {
        SortedMap<String, String> found = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(question)) {
            statement.setString(1, argument);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getString(1), rows.getString(2));
                }
            }
        }
        return found;
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
