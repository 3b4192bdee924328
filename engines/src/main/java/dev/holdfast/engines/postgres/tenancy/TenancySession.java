package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.TenancySpec;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Door;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Held;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Registry;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Tie;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Looks at one database with the eyes of tenancy. Changes nothing. */
final class TenancySession implements AutoCloseable {
    private static final int ANSWER_SECONDS = 60;

    private final Service<?> service;
    private final Connection connection;

    private TenancySession(Service<?> service, Connection connection) {
        this.service = service;
        this.connection = connection;
    }

    static TenancySession open(Service<?> service, Context context, String database) {
        return new TenancySession(service, PostgresSession.connection(service, context, database, ANSWER_SECONDS));
    }

    /** The tables that a tenancy holds, declared or not. */
    List<Table> held() {
        List<Table> held = new ArrayList<>();
        query("observe_held.sql", row -> held.add(new Table(row.getString(1), row.getString(2))));
        return List.copyOf(held);
    }

    ActualTenancy look(TenancySpec spec) {
        List<Table> tables =
                new ArrayList<>(spec.tables().stream().map(Table::of).toList());
        List<String> keys =
                new ArrayList<>(spec.tables().stream().map(t -> spec.key()).toList());
        Table list = Table.of(spec.tenants());
        List<Registry> registry = new ArrayList<>();
        query(
                "observe_registry.sql",
                row -> registry.add(new Registry(
                        Optional.ofNullable(row.getString("own")),
                        Optional.ofNullable(row.getString("type")).orElse(""),
                        row.getBoolean("named"))),
                spec.name(),
                list.schema(),
                list.name());
        registry.stream().findFirst().flatMap(Registry::key).ifPresent(key -> {
            tables.add(list);
            keys.add(key);
        });
        String[] schemas = tables.stream().map(Table::schema).toArray(String[]::new);
        String[] names = tables.stream().map(Table::name).toArray(String[]::new);
        String[] columns = keys.toArray(String[]::new);
        SortedMap<Table, Held> there = new TreeMap<>();
        query(
                "observe_tables.sql",
                row -> there.put(new Table(row.getString("nspname"), row.getString("relname")), table(row)),
                schemas,
                names,
                columns);
        List<Tie> between = new ArrayList<>();
        query("observe_keys.sql", row -> between.add(tie(row)), schemas, names, columns);
        List<Door> doors = new ArrayList<>();
        query(
                "observe_doors.sql",
                row -> doors.add(new Door(row.getString("door"), row.getString("name"), row.getString("owner"))),
                schemas,
                names,
                list.sql());
        ActualTenancy[] seen = new ActualTenancy[1];
        long tenants = registry.isEmpty() ? 0 : count(list);
        query(
                "observe_marks.sql",
                row -> seen[0] = new ActualTenancy(
                        row.getString("mark"),
                        row.getBoolean("guarded"),
                        row.getBoolean("migrated"),
                        registry.stream().findFirst(),
                        there,
                        List.copyOf(between),
                        List.copyOf(doors),
                        held(),
                        tenants));
        return seen[0];
    }

    private long count(Table list) {
        try (PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM " + list.sql());
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    private static Held table(ResultSet row) throws SQLException {
        return new Held(
                row.getString("kind"),
                row.getBoolean("enabled"),
                row.getBoolean("forced"),
                row.getString("strategy"),
                row.getBoolean("by_key"),
                row.getLong("partitions"),
                row.getLong("open_partitions"),
                texts(row, "leaves"),
                Optional.ofNullable(row.getString("own")).orElse(""),
                row.getString("type"),
                row.getBoolean("filled"),
                texts(row, "policies"),
                row.getBoolean("indexed"),
                row.getBoolean("truncatable"),
                row.getBoolean("counted"));
    }

    private static Tie tie(ResultSet row) throws SQLException {
        return new Tie(
                row.getString("conname"),
                new Table(row.getString("nspname"), row.getString("relname")),
                row.getString("kind").equals("p"),
                new Table(row.getString("ref_schema"), row.getString("ref_table")),
                row.getString("ref_kind").equals("p"),
                row.getString("here"),
                row.getString("there"),
                row.getString("on_delete"),
                row.getString("on_update"),
                row.getBoolean("deferrable"),
                row.getBoolean("deferred"),
                row.getBoolean("keyed"));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    private void query(String file, Row reader, Object... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(Beside.text(TenancySession.class, file))) {
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof String[] names) {
                    statement.setArray(i + 1, connection.createArrayOf("text", names));
                } else {
                    statement.setString(i + 1, String.valueOf(arguments[i]));
                }
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }
}
