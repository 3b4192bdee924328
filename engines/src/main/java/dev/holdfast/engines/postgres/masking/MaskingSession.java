package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.masking.Relation.Field;
import dev.holdfast.engines.postgres.masking.Relation.Tie;
import dev.holdfast.engines.postgres.masking.Relation.Unique;
import dev.holdfast.engines.postgres.tenancy.Table;
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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** One visit to one database for its masking. What it is told by the server and holds values of rows is said to nobody. */
final class MaskingSession implements AutoCloseable {
    /** Refusals whose first line names things and no values. */
    private static final Set<String> TELLING = Set.of("22001", "22003", "23502", "23503", "23505", "23514", "23P01");

    private final Service<?> service;
    private final String database;
    private final Connection connection;

    private MaskingSession(Service<?> service, String database, Connection connection) {
        this.service = service;
        this.database = database;
        this.connection = connection;
    }

    /** A visit that only looks. */
    static MaskingSession open(Service<?> service, Context context, String database) {
        return new MaskingSession(service, database, PostgresSession.connection(service, context, database, 0));
    }

    /** A visit that replaces: no trigger, no limit, and no word of it in a log. */
    static MaskingSession replacing(Service<?> service, Context context, String database, String key) {
        MaskingSession session = open(service, context, database);
        try {
            session.query(Beside.text(MaskingSession.class, "session.sql"), row -> {});
            session.query("SELECT set_config('holdfast.masking', ?, false)", row -> {}, key);
            session.execute("making the functions of the rules", Replacing.functions());
            return session;
        } catch (HoldfastException failed) {
            session.close();
            throw failed;
        }
    }

    static boolean isThere(Service<?> service, Context context, String database, String home) {
        boolean[] there = new boolean[1];
        try (MaskingSession session = open(service, context, home)) {
            session.query("SELECT FROM pg_database WHERE datname = ?", row -> there[0] = true, database);
        }
        return there[0];
    }

    Catalogue catalogue() {
        SortedMap<Table, Relation> relations = new TreeMap<>();
        SortedMap<Table, Map<String, Field>> columns = new TreeMap<>();
        query(file("columns.sql"), row -> {
            Table table = new Table(row.getString("nspname"), row.getString("relname"));
            columns.computeIfAbsent(table, one -> new LinkedHashMap<>()).put(row.getString("attname"), field(row));
            relations.put(
                    table,
                    new Relation(
                            row.getLong("relation"),
                            table,
                            row.getString("kind"),
                            row.getString("parent"),
                            List.of((Long[]) row.getArray("parents").getArray()),
                            row.getBoolean("is_partition"),
                            columns.getOrDefault(table, Map.of())));
        });
        List<Tie> ties = new ArrayList<>();
        query(
                file("references.sql"),
                row -> ties.add(new Tie(
                        row.getLong("id"),
                        row.getString("conname"),
                        new Table(row.getString("schema"), row.getString("name")),
                        texts(row, "columns"),
                        new Table(row.getString("to_schema"), row.getString("to_name")),
                        texts(row, "to_columns"))));
        return new Catalogue(
                relations, uniques(relations.values().stream().map(Relation::id).toList()), ties);
    }

    private static Field field(ResultSet row) throws SQLException {
        return new Field(
                row.getString("attname"),
                row.getBoolean("required"),
                row.getBoolean("generated"),
                row.getBoolean("identity"),
                row.getString("type"),
                row.getString("category"),
                row.getString("base"),
                row.getInt("mod"),
                row.getBoolean("divides"),
                row.getBoolean("inherited"));
    }

    List<Unique> uniques(Collection<Long> relations) {
        List<Unique> uniques = new ArrayList<>();
        query(
                file("uniques.sql"),
                row -> uniques.add(new Unique(
                        row.getLong("relation"),
                        row.getString("index"),
                        row.getBoolean("nulls_alike"),
                        row.getBoolean("single"),
                        texts(row, "columns"))),
                relations);
        return uniques;
    }

    /** Those tables with all their parts, which alone hold rows. */
    List<Held> family(Collection<Long> relations) {
        return held("family.sql", relations);
    }

    /** The others whose files still hold values of columns that are no more. */
    List<Held> dropped(Collection<Long> without) {
        return held("dropped.sql", without);
    }

    /** Materialized views in the order in which they are filled. */
    List<Held> views() {
        List<Held> views = new ArrayList<>();
        query(
                file("views.sql"),
                row -> views.add(new Held(
                        row.getLong("relation"), new Table(row.getString("nspname"), row.getString("relname")), "m")));
        return views;
    }

    private List<Held> held(String file, Collection<Long> relations) {
        List<Held> held = new ArrayList<>();
        query(
                file(file),
                row -> held.add(new Held(
                        row.getLong("relation"),
                        new Table(row.getString("nspname"), row.getString("relname")),
                        row.getString("kind"))),
                relations);
        return held;
    }

    /** Something with a file, or with parts that have one. */
    record Held(long id, Table table, String kind) {
        boolean hasFile() {
            return kind.equals("r");
        }
    }

    /** What the server says against the statement, without doing it; empty where nothing. */
    Optional<String> refusal(String statement) {
        try (Statement asked = connection.createStatement()) {
            asked.execute(statement);
            return Optional.empty();
        } catch (SQLException refused) {
            // nothing but words of the file is in it: no row was read
            return Optional.of(PostgresWire.firstLine(refused));
        }
    }

    /** Does it and returns how many rows it touched; {@code what} is for people. */
    long execute(String what, String statement) {
        try (Statement done = connection.createStatement()) {
            done.execute(statement);
            return Math.max(0, done.getLargeUpdateCount());
        } catch (SQLException refused) {
            throw failed(what, refused);
        }
    }

    private HoldfastException failed(String what, SQLException refused) {
        String state = Optional.ofNullable(refused.getSQLState()).orElse("");
        if (state.startsWith("08") || state.startsWith("57P")) {
            return PostgresSession.unreachable(service, refused);
        }
        boolean telling = TELLING.contains(state)
                || (!state.startsWith("22") && !state.startsWith("23") && !state.startsWith("P0"));
        String said = telling
                ? PostgresWire.firstLine(refused)
                : "it refused a value (SQLSTATE " + state + "), which is not shown because it may be a real one";
        return new HoldfastException(
                Problem.of(
                        Code.HF3284,
                        "masking of " + service.name() + "/" + database + " failed while " + what + ": " + said,
                        "Correct the rule under databases." + database
                                + ".masking, then make the copy again; this one held old values and is not kept."),
                // the driver's own exception has the row in it
                new IllegalStateException("SQLSTATE " + state));
    }

    interface Row {
        void read(ResultSet row) throws SQLException;
    }

    void query(String text, Row reader, Object... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case Collection<?> ids ->
                        statement.setArray(
                                i + 1,
                                connection.createArrayOf(
                                        ids.stream().anyMatch(String.class::isInstance) ? "text" : "int8",
                                        ids.toArray()));
                    case Integer number -> statement.setInt(i + 1, number);
                    case Boolean truth -> statement.setBoolean(i + 1, truth);
                    case Object other -> statement.setString(i + 1, other.toString());
                }
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        } catch (SQLException refused) {
            throw failed("reading its catalogue", refused);
        }
    }

    List<Long> ids(String text, Object... arguments) {
        List<Long> ids = new ArrayList<>();
        query(text, row -> ids.add(row.getLong(1)), arguments);
        return ids;
    }

    List<String> lines(String text, Object... arguments) {
        List<String> lines = new ArrayList<>();
        query(text, row -> lines.add(row.getString(1)), arguments);
        return lines;
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private static String file(String name) {
        return Beside.text(MaskingSession.class, name);
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
