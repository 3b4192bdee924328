package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Tenancy.Part;
import dev.holdfast.engine.Tenancy.Size;
import dev.holdfast.engine.Tenancy.Tenant;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The tenants of one database, as the role of Holdfast, which no policy binds. */
final class TenantSession implements AutoCloseable {
    /** Of a transaction that only adds rows to the list, and of one that makes tables as well. */
    private static final int MANY = 500;

    private static final int FEW = 50;

    /** Holdfast's own lock for making tenants. */
    private static final long CREATION = 0x686f6c64_74656e74L;

    private final Found found;
    private final Connection connection;

    private TenantSession(Found found, Connection connection) {
        this.found = found;
        this.connection = connection;
    }

    static TenantSession open(Found found, Bench bench) {
        Connection connection = PostgresSession.connection(found.service(), bench.context(), found.database(), 0);
        try (Statement statement = connection.createStatement()) {
            // so that a value is written alike on every server
            statement.execute("SET lock_timeout = '10s'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO';"
                    + " SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'");
        } catch (SQLException e) {
            throw PostgresSession.unreachable(found.service(), e);
        }
        return new TenantSession(found, connection);
    }

    /** One table of tenants as it is copied. */
    record Copied(Table table, String columns, List<String> counted, String key) {}

    /** What makes two copies of a tenant's rows the same. */
    record Digest(long rows, String sum) {}

    Connection connection() {
        return connection;
    }

    List<Tenant> create(List<String> names, boolean withPartitions, Bench bench) {
        return inTransactions(names, withPartitions ? FEW : MANY, bench, batch -> {
            List<Tenant> made = new ArrayList<>();
            String name = Sql.name(found.tenants().spec().name());
            String list = found.tenants().registry().sql();
            // not every list of tenants has its names unique: of two who make the same one, the second waits and finds
            // it
            asked("SELECT pg_advisory_xact_lock(" + CREATION + ")", row -> true);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + list + " (" + name
                    + ") SELECT asked FROM unnest(?::text[]) AS a (asked) WHERE NOT EXISTS (SELECT FROM " + list
                    + " t WHERE t." + name + " = asked) ON CONFLICT DO NOTHING RETURNING " + key() + "::text, "
                    + name)) {
                insert.setArray(1, connection.createArrayOf("text", batch.toArray(String[]::new)));
                try (ResultSet rows = insert.executeQuery()) {
                    while (rows.next()) {
                        made.add(new Tenant(rows.getString(1), rows.getString(2), Optional.empty()));
                    }
                }
            }
            if (withPartitions) {
                try (PreparedStatement parts = connection.prepareStatement("SELECT holdfast.create_tenant_partitions("
                        + key() + ") FROM " + list + " WHERE " + name + " = ANY (?)")) {
                    parts.setArray(1, connection.createArrayOf("text", batch.toArray(String[]::new)));
                    parts.execute();
                }
            }
            return made;
        });
    }

    private interface Work {
        List<Tenant> of(List<String> names) throws SQLException;
    }

    private List<Tenant> inTransactions(List<String> names, int size, Bench bench, Work work) {
        List<Tenant> all = new ArrayList<>();
        for (int from = 0; from < names.size(); from += size) {
            bench.requireWanted();
            List<String> batch = names.subList(from, Math.min(names.size(), from + size));
            all.addAll(transaction(() -> work.of(batch)));
            if (names.size() > size) {
                bench.say("makes tenants", from + batch.size(), names.size(), "tenants");
            }
        }
        return all;
    }

    interface Steps<T> {
        T run() throws SQLException;
    }

    <T> T transaction(Steps<T> steps) {
        try {
            connection.setAutoCommit(false);
            try {
                T result = steps.run();
                connection.commit();
                return result;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    HoldfastException refused(SQLException e) {
        String state = Optional.ofNullable(e.getSQLState()).orElse("");
        if (state.startsWith("08") || state.startsWith("57")) {
            return PostgresSession.unreachable(found.service(), e);
        }
        return new HoldfastException(
                Problem.of(
                        Code.HF3602,
                        "PostgreSQL '" + found.service().name() + "' refused it in database '" + found.database()
                                + "', and nothing of it was kept: " + PostgresWire.firstLine(e),
                        "Remove what stands in its way, as the message says, and run the command again."),
                e);
    }

    /**
     * Runs the steps where policies let the tenant's rows be seen. Where they bind Holdfast, too, it is the tenant for as long
     * as the transaction lasts, so that nothing of it is left in a connection that a provider's pooler gives to the next.
     */
    private <T> T within(String key, Steps<T> steps) {
        if (found.tenants().bound().isEmpty()) {
            return run(steps);
        }
        return isOpen() ? run(() -> as(key, steps)) : transaction(() -> as(key, steps));
    }

    private <T> T as(String key, Steps<T> steps) throws SQLException {
        enter(key);
        return steps.run();
    }

    /** For the rest of the transaction. Does nothing where no policy binds Holdfast. */
    void enter(String key) {
        if (found.tenants().bound().isPresent()) {
            asked(found.tenants().entering(), row -> row.getString(1), key);
        }
    }

    boolean isBound() {
        return found.tenants().bound().isPresent();
    }

    private <T> T run(Steps<T> steps) {
        try {
            return steps.run();
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    private boolean isOpen() {
        return run(() -> !connection.getAutoCommit());
    }

    long count() {
        return asked("SELECT count(*) FROM " + found.tenants().registry().sql(), row -> row.getLong(1))
                .getFirst();
    }

    List<Tenant> list() {
        return found("");
    }

    List<Tenant> named(List<String> names) {
        return found("WHERE " + Sql.name(found.tenants().spec().name()) + "::text = ANY (?)", (Object)
                names.toArray(String[]::new));
    }

    /** Those that a person may mean by the word: by its name, or by its key. */
    List<Tenant> meant(String word) {
        return found(
                "WHERE " + Sql.name(found.tenants().spec().name()) + "::text = ? OR " + key() + "::text = ?",
                word,
                word);
    }

    Optional<Tenant> byKey(String key) {
        return found("WHERE " + key() + "::text = ?", key).stream().findFirst();
    }

    private List<Tenant> found(String where, Object... arguments) {
        return asked(
                "SELECT " + key() + "::text, " + Sql.name(found.tenants().spec().name()) + "::text FROM "
                        + found.tenants().registry().sql() + " " + where + " ORDER BY 2, 1",
                row -> new Tenant(row.getString(1), row.getString(2), Optional.empty()),
                arguments);
    }

    /** Of all tenants at once: one look at each table, or one a tenant where policies let no more be seen. */
    Map<String, Size> sizes() {
        Map<String, Size> sizes = new LinkedHashMap<>();
        if (isBound()) {
            for (Tenant tenant : list()) {
                sizes.put(
                        tenant.key(),
                        parts(tenant.key()).stream()
                                .map(Part::size)
                                .reduce(
                                        new Size(0, 0),
                                        (one, other) ->
                                                new Size(one.rows() + other.rows(), one.bytes() + other.bytes())));
            }
            return sizes;
        }
        for (Copied copied : tables()) {
            asked(
                    "SELECT " + copied.key() + "::text, count(*), sum(pg_column_size(t.*)) FROM "
                            + copied.table().sql() + " t GROUP BY 1",
                    row -> sizes.merge(
                            Optional.ofNullable(row.getString(1)).orElse(""),
                            new Size(row.getLong(2), row.getLong(3)),
                            (one, other) -> new Size(one.rows() + other.rows(), one.bytes() + other.bytes())));
        }
        return sizes;
    }

    List<Part> parts(String key) {
        return within(key, () -> seenParts(key));
    }

    private List<Part> seenParts(String key) {
        List<Part> parts = new ArrayList<>();
        for (Copied copied : tables()) {
            parts.add(asked(
                            "SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0) FROM "
                                    + copied.table().sql() + " t WHERE " + condition(copied),
                            row -> new Part(copied.table().toString(), new Size(row.getLong(1), row.getLong(2))),
                            key)
                    .getFirst());
        }
        return parts;
    }

    SortedMap<String, Digest> digests(String key) {
        return within(key, () -> seenDigests(key));
    }

    private SortedMap<String, Digest> seenDigests(String key) {
        SortedMap<String, Digest> digests = new TreeMap<>();
        for (Copied copied : tables()) {
            digests.put(
                    copied.table().toString(),
                    asked(
                                    "SELECT count(*), coalesce(sum(hashtextextended(row(" + copied.columns()
                                            + ")::text, 0)::numeric), 0)::text FROM "
                                            + copied.table().sql() + " t WHERE " + condition(copied),
                                    row -> new Digest(row.getLong(1), row.getString(2)),
                                    key)
                            .getFirst());
        }
        return digests;
    }

    /** Those that are there, in the order in which their foreign keys let them be filled. */
    List<Copied> tables() {
        List<Table> tables = new ArrayList<>(List.of(found.tenants().registry()));
        tables.addAll(found.tenants().tables());
        return asked(
                Beside.text(TenantSession.class, "order.sql"),
                row -> {
                    Table table = new Table(row.getString("nspname"), row.getString("relname"));
                    boolean isList = table.equals(found.tenants().registry());
                    return new Copied(
                            table,
                            row.getString("columns"),
                            List.of((String[]) row.getArray("counted").getArray()),
                            isList ? key() : Sql.name(found.tenants().spec().key()));
                },
                tables.stream().map(Table::schema).toArray(String[]::new),
                tables.stream().map(Table::name).toArray(String[]::new));
    }

    /** Held until the transaction ends: nobody writes a row of any tenant meanwhile. */
    void lock() throws SQLException {
        for (Copied copied : tables()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("LOCK TABLE " + copied.table().sql() + " IN SHARE ROW EXCLUSIVE MODE");
            }
        }
    }

    void remove(String key) throws SQLException {
        enter(key);
        List<Copied> tables = tables().reversed();
        for (Copied copied : tables) {
            try (PreparedStatement delete = connection.prepareStatement(
                    "DELETE FROM " + copied.table().sql() + " t WHERE " + condition(copied))) {
                delete.setString(1, key);
                delete.executeUpdate();
            }
        }
        try (PreparedStatement drop = connection.prepareStatement("SELECT holdfast.drop_tenant_partitions(?::"
                + found.tenants().type().sql() + ")")) {
            drop.setString(1, key);
            drop.execute();
        }
    }

    String condition(Copied copied) {
        return condition(copied, "?");
    }

    /** @param key as an expression */
    String condition(Copied copied, String key) {
        return copied.key() + " = " + key + "::" + found.tenants().type().sql();
    }

    private String key() {
        return Sql.name(found.tenants().registryKey());
    }

    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    <T> List<T> asked(String question, Row<T> reader, Object... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(question)) {
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof String[] texts) {
                    statement.setArray(i + 1, connection.createArrayOf("text", texts));
                } else {
                    statement.setString(i + 1, String.valueOf(arguments[i]));
                }
            }
            List<T> answers = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    answers.add(reader.read(rows));
                }
            }
            return answers;
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw PostgresSession.unreachable(found.service(), e);
        }
    }
}
