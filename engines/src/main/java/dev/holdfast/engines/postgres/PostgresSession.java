package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.ExternalWire;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.PostgresWire.Door;
import dev.holdfast.engines.postgres.ActualAccess.ActualDatabase;
import dev.holdfast.engines.postgres.ActualAccess.ActualRole;
import dev.holdfast.engines.postgres.ActualAccess.ActualSchema;
import dev.holdfast.engines.postgres.ActualAccess.Coverage;
import dev.holdfast.engines.postgres.ActualAccess.Made;
import dev.holdfast.engines.postgres.ActualSchemas.ActualExtension;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One short visit to one database as the role of Holdfast. What is asked and said here cannot be led astray by objects
 * of the same name (the search path is pinned) and leaves no verifier in the server's log.
 */
public final class PostgresSession implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private static final Map<String, String> POWERS = Map.of(
            "rolsuper", "SUPERUSER",
            "rolcreatedb", "CREATEDB",
            "rolcreaterole", "CREATEROLE",
            "rolreplication", "REPLICATION",
            "rolbypassrls", "BYPASSRLS");

    private final Service<?> service;
    private final Context context;
    private final Connection connection;

    private PostgresSession(Service<?> service, Context context, Connection connection) {
        this.service = service;
        this.context = context;
        this.connection = connection;
    }

    static PostgresSession open(Service<?> service, Context context, String database) {
        try {
            Connection connection = KeptConnections.open(door(service, context, database), PATIENCE_SECONDS);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET search_path = pg_catalog; SET standard_conforming_strings = on;"
                        + " SET statement_timeout = '50s';"
                        + " SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'");
                silence(statement);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return new PostgresSession(service, context, connection);
        } catch (SQLException e) {
            throw unreachable(service, e);
        }
    }

    /**
     * A connection as the role of Holdfast for work that takes its time: TLS verified, the search path pinned, no limit on a
     * statement but {@code answerSeconds} without a word from the server (0 for none). The caller closes it.
     */
    public static Connection connection(Service<?> service, Context context, String database, int answerSeconds) {
        try {
            Connection connection = KeptConnections.open(door(service, context, database), answerSeconds);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET search_path = pg_catalog; SET standard_conforming_strings = on");
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (SQLException e) {
            throw unreachable(service, e);
        }
    }

    /**
     * Leaves a connection that was opened otherwise to the next who comes in as the role of Holdfast during this visit;
     * whether anybody keeps it, and the caller closes it no more.
     */
    public static boolean leave(Service<?> service, Context context, String database, Connection connection)
            throws SQLException {
        Door door = door(service, context, database);
        return door.role().equals(connection.getMetaData().getUserName()) && KeptConnections.keep(door, connection);
    }

    /** A connection as a role of the service, on which nothing is set yet. The caller closes it. */
    public static Connection connectionAs(
            Service<?> service, Context context, String database, String role, int answerSeconds) throws SQLException {
        if (role.equals(Doors.keeper(service))) {
            return PostgresWire.open(door(service, context, database), false, answerSeconds);
        }
        String login = Login.name(service.name(), role, context);
        Door door = new Door(
                Doors.direct(service, context),
                database,
                login,
                Doors.secret(service, Doors.password(service, login), context),
                Doors.trust(service, context));
        return PostgresWire.open(door, false, answerSeconds);
    }

    /** What only a superuser may silence stays as it is for others: what they send holds verifiers, never passwords. */
    private static void silence(Statement statement) throws SQLException {
        try (ResultSet loaded = statement.executeQuery("SELECT set_config(name, CASE name"
                + " WHEN 'log_min_duration_statement' THEN '-1' WHEN 'log_min_error_statement' THEN 'panic' ELSE 'none' END, false)"
                + " FROM pg_settings WHERE name IN ('log_statement', 'log_min_duration_statement',"
                + " 'log_min_error_statement', 'pgaudit.log')"
                + " AND (context = 'user' OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))")) {
            while (loaded.next()) {
                loaded.getString(1);
            }
        }
    }

    static Door door(Service<?> service, Context context, String database) {
        return Doors.keeper(service, context, database);
    }

    /** What a failure says to somebody who wants the service back. */
    public static HoldfastException unreachable(Service<?> service, SQLException e) {
        Health.NotReady refusal = Elsewhere.is(service)
                ? ExternalWire.refusal(e, "external PostgreSQL '" + service.name() + "'")
                : PostgresWire.refusal(e, "PostgreSQL '" + service.name() + "'");
        String state = Optional.ofNullable(e.getSQLState()).orElse("");
        Code code = Elsewhere.is(service) && state.equals("42501")
                ? Code.HF3542
                : state.startsWith("28") ? Code.HF3502 : Code.HF3501;
        return new HoldfastException(Problem.of(code, refusal.because(), refusal.next()), e);
    }

    /** Does the batch in a session of its own. What belongs to a role in a database that is gone is gone with it. */
    static void execute(Script.Batch batch, Service<?> service, Context context) {
        try (PostgresSession session = open(service, context, batch.database())) {
            session.execute(batch);
        } catch (HoldfastException e) {
            boolean gone = e.getCause() instanceof SQLException refusal && "3D000".equals(refusal.getSQLState());
            if (!gone || !batch.sql().startsWith("REASSIGN OWNED")) {
                throw e;
            }
        }
    }

    /** Does a batch that takes as long as the tables are large: an index, the check of a foreign key. */
    static void executePatiently(Script.Batch batch, Service<?> service, Context context) {
        try (Connection connection = connection(service, context, batch.database(), 0)) {
            PostgresSession session = new PostgresSession(service, context, connection);
            try (Statement statement = connection.createStatement()) {
                // what is done beside the work of others waits for that work; anything else must not be waited for long
                statement.execute(
                        batch.sql().contains("INDEX CONCURRENTLY")
                                ? "SET lock_timeout = 0"
                                : "SET lock_timeout = '10s'");
            }
            session.execute(batch);
        } catch (SQLException e) {
            throw unreachable(service, e);
        }
    }

    private void execute(Script.Batch batch) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(Script.filled(batch.sql(), service, context).reveal());
        } catch (SQLException e) {
            if (!isDone(batch.sql(), Optional.ofNullable(e.getSQLState()).orElse(""))) {
                throw new HoldfastException(
                        Problem.of(
                                Code.HF3503,
                                "PostgreSQL '" + service.name() + "' refused '"
                                        + batch.sql().lines().findFirst().orElse("") + "' in database '"
                                        + batch.database() + "': " + PostgresWire.firstLine(e),
                                "Remove what stands in its way, as the message says, and run holdfast apply again."),
                        e);
            }
        }
    }

    /** Whether the refusal only says that it had been done before. */
    private static boolean isDone(String sql, String state) {
        return switch (state) {
            case "42710" -> sql.startsWith("CREATE ROLE");
            case "42P04" -> sql.startsWith("CREATE DATABASE");
            case "42704" -> sql.startsWith("REASSIGN OWNED") || sql.startsWith("DROP EXTENSION");
            default -> false;
        };
    }

    /** All roles; only the passwords of those declared are compared, for only theirs are ours to know. */
    SortedMap<String, ActualRole> roles(String file, Collection<String> declared, Verifiers verifiers) {
        SortedMap<String, ActualRole> roles = new TreeMap<>();
        SortedMap<String, String> kept = new TreeMap<>();
        query(file, row -> {
            String name = row.getString("rolname");
            SortedSet<String> powers = new TreeSet<>();
            for (Map.Entry<String, String> power : POWERS.entrySet()) {
                if (row.getBoolean(power.getKey())) {
                    powers.add(power.getValue());
                }
            }
            if (declared.contains(name)) {
                kept.put(name, Optional.ofNullable(row.getString("rolpassword")).orElse(""));
            }
            roles.put(
                    name,
                    new ActualRole(
                            row.getBoolean("rolcanlogin"),
                            row.getBoolean("rolinherit"),
                            powers,
                            row.getInt("rolconnlimit"),
                            Optional.ofNullable(row.getString("valid_until")),
                            settings(texts(row.getArray("settings"))),
                            new TreeSet<>(texts(row.getArray("member_of"))),
                            true,
                            row.getString("mark")));
        });
        SortedSet<String> changed = verifiers.foreign(kept, service, context);
        changed.forEach(name -> roles.computeIfPresent(name, (_, role) -> role.withForeignPassword()));
        return roles;
    }

    private static SortedMap<String, String> settings(List<String> written) {
        SortedMap<String, String> settings = new TreeMap<>();
        for (String setting : written) {
            int equals = setting.indexOf('=');
            String name = setting.substring(0, equals);
            settings.put(name, plain(name, setting.substring(equals + 1)));
        }
        return settings;
    }

    /** A path without the quotes that PostgreSQL puts round some of its names. */
    private static String plain(String name, String value) {
        return name.equals("search_path") ? value.replace("\"", "") : value;
    }

    /** Owners and grants of every database, without what is inside. */
    SortedMap<String, ActualDatabase> databases() {
        SortedMap<String, ActualDatabase> databases = new TreeMap<>();
        query("access_databases.sql", row -> {
            Optional<String> path =
                    Optional.ofNullable(row.getString("search_path")).map(value -> plain("search_path", value));
            ActualDatabase database = databases.computeIfAbsent(
                    row.getString("datname"),
                    name -> new ActualDatabase(
                            text(row, "owner"), path, new TreeMap<>(), List.of(), Map.of(), new TreeSet<>()));
            String grantee = row.getString("grantee");
            if (grantee != null) {
                database.grants()
                        .computeIfAbsent(grantee, name -> new TreeSet<>())
                        .add(row.getString("privilege_type"));
            }
        });
        return databases;
    }

    /** What is inside the database of this session, added to what is known of it. */
    ActualDatabase inside(ActualDatabase database) {
        GrantList lists = new GrantList();
        Map<String, Coverage> coverage = coverage(lists);
        SortedMap<String, ActualSchema> schemas = new TreeMap<>();
        query("access_schemas.sql", row -> {
            String owner = row.getString("owner");
            Map<String, SortedSet<String>> granted = lists.read(texts(row.getArray("grants")), owner);
            granted.remove(ActualAccess.PUBLIC);
            for (String name : texts(row.getArray("schemas"))) {
                schemas.put(name, new ActualSchema(name, owner, granted, coverage.getOrDefault(name, Coverage.NONE)));
            }
        });
        Map<Made, Map<String, SortedSet<String>>> defaults = new HashMap<>();
        SortedSet<String> guarded = new TreeSet<>();
        query("access_defaults.sql", row -> {
            String creator = row.getString("creator");
            String kind = row.getString("kind");
            Map<String, SortedSet<String>> granted = lists.read(texts(row.getArray("grants")), creator);
            for (String schema : texts(row.getArray("schemas"))) {
                if (kind.equals(Rights.ROUTINES) && schema.isEmpty() && !granted.containsKey(ActualAccess.PUBLIC)) {
                    guarded.add(creator);
                }
                defaults.put(new Made(creator, schema, kind), granted);
            }
        });
        return new ActualDatabase(
                database.owner(),
                database.searchPath(),
                database.grants(),
                List.copyOf(schemas.values()),
                defaults,
                guarded);
    }

    private Map<String, Coverage> coverage(GrantList lists) {
        Counted counted = new Counted();
        query("access_objects.sql", row -> {
            String owner = row.getString("rolname");
            counted.list(
                    owner,
                    lists.read(texts(row.getArray("grants")), owner),
                    texts(row.getArray("schemas")),
                    texts(row.getArray("kinds")),
                    List.of((Long[]) row.getArray("things").getArray()));
        });
        return counted.coverage();
    }

    boolean hasPoolLookup() {
        List<Boolean> found = new ArrayList<>();
        query("access_lookup.sql", row -> found.add(row.getBoolean(1)), PoolLookup.BODY);
        return found.contains(true);
    }

    SortedMap<String, String> marks() {
        SortedMap<String, String> marks = new TreeMap<>();
        query("schema_databases.sql", row -> marks.put(row.getString("datname"), row.getString("mark")));
        return marks;
    }

    /** The comments of the schemas of this session's database. */
    SortedMap<String, String> schemaMarks() {
        SortedMap<String, String> marks = new TreeMap<>();
        query("schema_schemas.sql", row -> marks.put(row.getString("nspname"), row.getString("mark")));
        return marks;
    }

    SortedMap<String, ActualExtension> extensions() {
        SortedMap<String, ActualExtension> extensions = new TreeMap<>();
        query(
                "schema_extensions.sql",
                row -> extensions.put(
                        row.getString("extname"),
                        new ActualExtension(
                                row.getString("extversion"), row.getString("offered"), row.getString("mark"))));
        return extensions;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw unreachable(service, e);
        }
    }

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    private void query(String file, Row reader, Object... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(Beside.text(PostgresSession.class, file))) {
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
            throw unreachable(service, e);
        }
    }

    private static String text(ResultSet row, String column) {
        try {
            return row.getString(column);
        } catch (SQLException e) {
            throw new IllegalStateException("column " + column + " is not in the answer", e);
        }
    }

    private static List<String> texts(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
