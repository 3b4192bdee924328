package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What it costs to keep tenants apart, to make many of them, and to write down who changes what. */
final class TenancyCosts {
    private static final int ROUNDS = 9;
    private static final int TENANTS = 200;
    private static final int ROWS = 100;
    private static final int QUERIES = 40;
    private static final int BATCH = 100;

    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: tenancy-costs }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { cpu: 2, memory: 1Gi, storage: 10Gi }
                  databases:
                    held:
                      tenancy:
                        setting: app.tenant_id
                        type: integer
                        tables: [flat_held, hash_held]
                        partitions: { hash_held: hash(16) }
                      audit: { tables: [noted] }
                    listed:
                      tenancy: { setting: app.tenant_id, type: integer, tables: [parts], partition: list, queriesNameTenant: true }
                  roles:
                    app: { can: [read, write, ddl] }
            """;

    private static final List<String> TABLES = List.of("flat_free", "flat_held", "hash_free", "hash_held");

    private final Page page;
    private final RunningStack stack;

    private TenancyCosts(Page page, RunningStack stack) {
        this.page = page;
        this.stack = stack;
    }

    static void measure(Installation installation, Page page) {
        RunningStack stack =
                RunningStack.up(installation, installation.home().resolve("tenancy-costs"), "tenancy-costs", YAML);
        TenancyCosts costs = new TenancyCosts(page, stack);
        try (Connection held = costs.open("held");
                Connection listed = costs.open("listed")) {
            costs.tables(held, listed);
            stack.run("apply", "--yes").orFail();
            costs.creation();
            costs.policies(held);
            costs.audit(held);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        stack.run("down").orFail();
    }

    private Connection open(String database) throws SQLException {
        String url = stack.run("connect", "main", "--role", "app", "--url")
                .orFail()
                .out()
                .strip();
        java.net.URI uri = java.net.URI.create(url);
        String[] user = uri.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + "/" + database + "?" + uri.getQuery(),
                user[0],
                user[1]);
    }

    private void tables(Connection held, Connection listed) throws SQLException {
        try (Statement statement = held.createStatement();
                Statement other = listed.createStatement()) {
            for (String table : TABLES) {
                String parts = table.startsWith("hash") ? " PARTITION BY HASH (tenant_id)" : "";
                statement.execute("CREATE TABLE " + table
                        + " (tenant_id int NOT NULL, id int NOT NULL, v text, PRIMARY KEY (tenant_id, id))" + parts);
            }
            for (int i = 0; i < 16; i++) {
                statement.execute("CREATE TABLE hash_free_" + i
                        + " PARTITION OF hash_free FOR VALUES WITH (MODULUS 16, REMAINDER " + i + ")");
            }
            statement.execute("CREATE TABLE noted (id int PRIMARY KEY, v text)");
            statement.execute("CREATE TABLE unnoted (id int PRIMARY KEY, v text)");
            other.execute(
                    "CREATE TABLE parts (tenant_id int NOT NULL, id int NOT NULL, PRIMARY KEY (tenant_id, id)) PARTITION BY LIST (tenant_id)");
        }
    }

    private void creation() throws IOException {
        for (String database : List.of("held", "listed")) {
            long[] first = new long[1];
            long[] last = new long[1];
            long total = 0;
            for (int from = 0; from < 1_000; from += BATCH) {
                Path names = stack.folder().resolve("names-" + from);
                Files.writeString(
                        names,
                        IntStream.range(from, from + BATCH)
                                .mapToObj(i -> "tenant-" + i)
                                .collect(Collectors.joining("\n")));
                long begin = System.nanoTime();
                stack.run("tenant", "create", "main/" + database, "--from", names.toString())
                        .orFail();
                long nanos = System.nanoTime() - begin;
                total += nanos;
                if (from == 0) {
                    first[0] = nanos;
                }
                last[0] = nanos;
            }
            double rate = 1_000 / (total / 1e9);
            page.add(new Row(
                    "tenants created a second, up to 1,000, "
                            + (database.equals("held") ? "flat and hashed tables" : "a partition each"),
                    Samples.single(rate),
                    "/s",
                    Optional.empty(),
                    "≥ 50/s",
                    rate >= 50,
                    "holdfast tenant create main/" + database + " --from FILE, ten times 100"));
            page.remark(String.format(
                    Locale.ROOT,
                    "cost of a tenant in `%s`: %.1f ms each for the first hundred, %.1f ms each for the last of a thousand",
                    database,
                    first[0] / 1e6 / BATCH,
                    last[0] / 1e6 / BATCH));
        }
    }

    private void policies(Connection held) throws SQLException {
        held.setAutoCommit(false);
        try (Statement statement = held.createStatement()) {
            for (String table : TABLES) {
                for (int tenant = 1; tenant <= TENANTS; tenant++) {
                    statement.execute("SELECT set_config('app.tenant_id', '" + tenant + "', true)");
                    statement.execute("INSERT INTO " + table + " SELECT " + tenant
                            + ", i, repeat('x', 40) FROM generate_series(1, " + ROWS + ") i");
                }
            }
            held.commit();
            statement.execute("ANALYZE");
            held.commit();
        }
        compare(
                "flat",
                "transaction that reads one row by its key under row-level security, flat table, prepared",
                held,
                1.05,
                "≤ 1.05 ×");
        compare("hash", "the same of 16 hash partitions", held, 1.20, "≤ 1.20 ×");
        held.setAutoCommit(true);
    }

    /**
     * The goal is about what a program does: a transaction that says whose rows it sees, asks, and ends, in either table. What
     * the query alone costs more, without the round trips around it, is told beside it.
     */
    private void compare(String kind, String what, Connection held, double most, String goal) throws SQLException {
        List<Double> without = new ArrayList<>();
        List<Double> with = new ArrayList<>();
        List<Double> alone = new ArrayList<>();
        String condition = " WHERE tenant_id = ? AND id = ?";
        try (PreparedStatement set = held.prepareStatement("SELECT set_config('app.tenant_id', ?, true)");
                PreparedStatement free = held.prepareStatement("SELECT v FROM " + kind + "_free" + condition);
                PreparedStatement kept = held.prepareStatement("SELECT v FROM " + kind + "_held" + condition)) {
            for (int round = -2; round < ROUNDS; round++) {
                Turns one = turns(held, set, free, kept, 1);
                Turns many = turns(held, set, free, kept, QUERIES);
                if (round >= 0) {
                    without.add(one.free());
                    with.add(one.kept());
                    alone.add((many.kept() - one.kept()) / (many.free() - one.free()));
                }
            }
        }
        Samples bare = new Samples(without);
        Samples secured = new Samples(with);
        page.add(new Row(
                what,
                secured,
                "µs",
                Optional.of(new Row.Floor("the same of a table without it", bare)),
                goal,
                secured.median() <= most * bare.median(),
                "./verify --benchmarks"));
        page.remark(String.format(
                Locale.ROOT,
                "the query alone, %s: %.2f × its time without row-level security",
                kind,
                new Samples(alone).median()));
    }

    /** Median microseconds of a transaction of so many queries, in either table. */
    private record Turns(double free, double kept) {}

    private static Turns turns(
            Connection held, PreparedStatement set, PreparedStatement free, PreparedStatement kept, int queries)
            throws SQLException {
        List<Double> bare = new ArrayList<>();
        List<Double> secured = new ArrayList<>();
        for (int tenant = 1; tenant <= TENANTS; tenant++) {
            // turn and turn about, so that whatever else the machine does meets both alike
            boolean first = tenant % 2 == 0;
            double a = micros(held, set, first ? free : kept, tenant, queries);
            double b = micros(held, set, first ? kept : free, tenant, queries);
            bare.add(first ? a : b);
            secured.add(first ? b : a);
        }
        return new Turns(new Samples(bare).median(), new Samples(secured).median());
    }

    private static double micros(
            Connection held, PreparedStatement set, PreparedStatement query, int tenant, int queries)
            throws SQLException {
        long begin = System.nanoTime();
        set.setString(1, Integer.toString(tenant));
        try (ResultSet rows = set.executeQuery()) {
            rows.next();
        }
        for (int i = 1; i <= queries; i++) {
            query.setInt(1, tenant);
            query.setInt(2, i);
            try (ResultSet rows = query.executeQuery()) {
                if (!rows.next()) {
                    throw new IllegalStateException("a row is missing");
                }
            }
        }
        held.commit();
        return (System.nanoTime() - begin) / 1e3;
    }

    private void audit(Connection held) throws SQLException {
        List<Double> without = new ArrayList<>();
        List<Double> with = new ArrayList<>();
        try (PreparedStatement noted = held.prepareStatement("INSERT INTO noted VALUES (?, 'what was written')");
                PreparedStatement unnoted =
                        held.prepareStatement("INSERT INTO unnoted VALUES (?, 'what was written')")) {
            int id = 0;
            for (int round = -2; round < ROUNDS; round++) {
                double a = inserted(unnoted, id);
                double b = inserted(noted, id);
                id += 200;
                if (round >= 0) {
                    without.add(a);
                    with.add(b);
                }
            }
        }
        page.add(new Row(
                "one audited INSERT and its commit",
                new Samples(with),
                "µs",
                Optional.of(new Row.Floor("the same without audit", new Samples(without))),
                "reported",
                true,
                "./verify --benchmarks"));
        Json whole = stack.run("audit", "verify", "main/held", "--output", "json")
                .orFail()
                .json();
        page.remark("the audit of it was verified: " + whole.longAt("sealed").orElse(0L) + " entries whole");
    }

    private static double inserted(PreparedStatement insert, int from) throws SQLException {
        long begin = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            insert.setInt(1, from + i);
            insert.executeUpdate();
        }
        return (System.nanoTime() - begin) / 1e3 / 200;
    }
}
