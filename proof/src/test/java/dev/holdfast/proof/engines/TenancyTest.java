package dev.holdfast.proof.engines;

import dev.holdfast.engine.Health;
import dev.holdfast.plan.Change;
import dev.holdfast.proof.Await;
import dev.holdfast.secret.SecretRef;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tenants of a real PostgreSQL behind a real PgBouncer, attacked on every way to a row that there is. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("engines")
final class TenancyTest {
    static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: apart }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { cpu: 2, memory: 512Mi, storage: 4Gi }
                  pooler: { mode: transaction, clients: 100, servers: 1 }
                  databases:
                    app:
                      tenancy:
                        setting: app.tenant_id
                        tables: [users, orders, events, sales.visits]
                        partitions: { events: hash(4), sales.visits: list }
                        role: { setting: app.role, read: [viewer], write: [member] }
                  roles:
                    migrator: { can: [read, write, ddl] }
                    app: { can: [read, write], through: pooler }
            """;

    /** What is asked of the roles beside: a right on sequences, however it came to be there. */
    private static final String COUNTS = "events: revoke rights on the sequence of its keys";

    private static final List<String> DECLARED = List.of("users", "orders", "events", "sales.visits");

    private static final String TABLES = """
            CREATE TABLE users (
              id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
              name text NOT NULL
            );
            CREATE TABLE orders (
              id bigserial PRIMARY KEY,
              tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
              user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
              parent_id bigint REFERENCES orders (id) ON DELETE SET NULL,
              what text NOT NULL
            );
            CREATE TABLE events (
              tenant_id uuid NOT NULL,
              id bigint GENERATED ALWAYS AS IDENTITY,
              what text NOT NULL,
              PRIMARY KEY (tenant_id, id)
            ) PARTITION BY HASH (tenant_id);
            CREATE SCHEMA sales;
            CREATE TABLE sales.visits (
              tenant_id uuid NOT NULL,
              id bigint GENERATED ALWAYS AS IDENTITY,
              page text NOT NULL,
              PRIMARY KEY (tenant_id, id)
            ) PARTITION BY LIST (tenant_id);
            CREATE VIEW open_orders AS SELECT o.id, o.what, u.name FROM orders o JOIN users u ON u.id = o.user_id;
            CREATE VIEW all_names AS SELECT name FROM users;
            CREATE FUNCTION count_orders() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM orders';
            CREATE FUNCTION leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
              $$ BEGIN RAISE NOTICE 'leaked %', $1; RETURN true; END $$;
            """;

    @TempDir
    private static Path folder;

    private static RealStack stack;
    private static String mine;
    private static String theirs;

    @BeforeAll
    static void start() {
        stack = new RealStack(folder, STACK);
        stack.workloads("main").forEach(stack::start);
        stack.workloads("main-pooler").forEach(stack::start);
        assertThat(stack.facets("main").ready("main-0", stack, Duration.ofSeconds(30)))
                .isInstanceOf(Health.Ready.class);
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void aNewDatabaseIsReadyForTenantsAndClosesTablesAsTheyAreMade() throws SQLException {
        List<Change> planned = changes();
        assertThat(planned).isEqualTo(stack.facets("main").fromNothing(stack));
        apply(planned);
        assertThat(changes()).isEmpty();
        assertThat(notes())
                .singleElement()
                .asString()
                .contains("tenancy waits for users, orders, events, sales.visits");
        try (Connection migrator = open("migrator", false);
                Statement statement = migrator.createStatement()) {
            statement.execute(TABLES);
            assertThat(one(statement, """
                    SELECT count(*) FROM pg_class WHERE relname IN ('users', 'orders', 'events', 'visits')
                     AND relrowsecurity AND relforcerowsecurity
                    """))
                    .as("closed by the statement that made them")
                    .isEqualTo("4");
            assertThat(one(statement, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass"))
                    .isEqualTo("4");
        }
        List<Change> rest = changes();
        assertThat(rest)
                .extracting(Change::summary)
                .containsExactlyInAnyOrder(
                        "orders: index by tenant_id, beside what goes on",
                        "users: index by tenant_id, beside what goes on",
                        "orders: keep orders_parent_id_fkey within one tenant",
                        "orders: keep orders_user_id_fkey within one tenant",
                        "view public.all_names: ask with the rights of who asks, not of migrator",
                        "view public.open_orders: ask with the rights of who asks, not of migrator");
        apply(rest);
        assertThat(changes()).isEmpty();
        apply(rest);
        assertThat(changes()).as("doing it twice is harmless").isEmpty();
        assertThat(notes()).isEmpty();
    }

    @Test
    @Order(2)
    void tenantsAreMadeAndHaveRows() throws SQLException {
        try (Connection admin = open("holdfast", false);
                Statement statement = admin.createStatement()) {
            mine = one(statement, "INSERT INTO tenants (name) VALUES ('mine') RETURNING id");
            theirs = one(statement, "INSERT INTO tenants (name) VALUES ('theirs') RETURNING id");
            statement.execute("SELECT holdfast.create_tenant_partitions(id) FROM tenants");
            assertThat(changes()).isEmpty();
        }
        try (Connection app = open("app", true)) {
            for (String tenant : List.of(mine, theirs)) {
                String word = tenant.equals(mine) ? "my" : "their";
                within(app, tenant, "member", statement -> {
                    statement.execute(
                            "INSERT INTO users (tenant_id, name) VALUES ('" + tenant + "', '" + word + " user')");
                    statement.execute("INSERT INTO orders (tenant_id, user_id, what) SELECT tenant_id, id, '" + word
                            + " order' FROM users");
                    statement.execute(
                            "INSERT INTO events (tenant_id, what) VALUES ('" + tenant + "', '" + word + " event')");
                    statement.execute("INSERT INTO sales.visits (tenant_id, page) VALUES ('" + tenant + "', '" + word
                            + " page')");
                });
            }
        }
    }

    @Test
    @Order(3)
    void aSessionSeesItsTenantAndWithoutOneNothing() throws SQLException {
        try (Connection app = open("app", true)) {
            for (String table : DECLARED) {
                within(app, mine, "viewer", statement -> {
                    assertThat(one(statement, "SELECT count(*) FROM " + table))
                            .as(table)
                            .isEqualTo("1");
                });
                for (String[] nobody : new String[][] {{"", ""}, {"", "member"}, {mine, ""}, {mine, "stranger"}}) {
                    within(app, nobody[0], nobody[1], statement -> {
                        assertThat(one(statement, "SELECT count(*) FROM " + table))
                                .as(table)
                                .isEqualTo("0");
                    });
                }
            }
            assertThatThrownBy(() -> within(app, mine, "viewer", statement -> {
                        statement.execute("INSERT INTO users (tenant_id, name) VALUES ('" + mine + "', 'x')");
                    }))
                    .hasMessageContaining("violates row-level security policy");
            assertThatThrownBy(() -> within(app, "no uuid", "member", statement -> {
                        statement.execute("SELECT FROM users");
                    }))
                    .hasMessageContaining("invalid input syntax for type uuid");
        }
    }

    @Test
    @Order(4)
    void noWayToARowLeadsToAnotherTenants() throws SQLException {
        assertThat(attacks()).isEmpty();
    }

    @Test
    @Order(5)
    void withoutForceTheSameAttackSucceedsAndThePlanShowsIt() throws SQLException {
        try (Connection admin = open("holdfast", false);
                Statement statement = admin.createStatement()) {
            for (String table : DECLARED) {
                statement.execute("ALTER TABLE " + table + " NO FORCE ROW LEVEL SECURITY");
                assertThat(attacks()).as("the owner of " + table).isNotEmpty();
                assertThat(changes()).extracting(Change::summary).containsExactly(table + ": force it on the owner");
                apply(changes());
                assertThat(attacks()).isEmpty();
            }
            statement.execute("ALTER TABLE events_h0 DISABLE ROW LEVEL SECURITY");
            assertThat(changes()).as("the guard closes a partition again").isEmpty();
            statement.execute("ALTER TABLE events_h1 NO FORCE ROW LEVEL SECURITY");
            statement.execute(
                    "CREATE OR REPLACE FUNCTION holdfast.tenant_reads() RETURNS boolean LANGUAGE sql RETURN true");
            statement.execute("DROP POLICY holdfast_tenant ON users");
            statement.execute("CREATE POLICY holdfast_tenant ON users USING (true)");
            assertThat(changes())
                    .extracting(Change::summary)
                    .containsExactlyInAnyOrder(
                            "renew the functions of tenancy",
                            "events: close 1 partition",
                            "users: make its policies anew");
            apply(changes());
            assertThat(changes()).isEmpty();
            statement.execute("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, sales TO app");
            assertThat(attacks())
                    .as("only of the one whose numbers a column's default asks for")
                    .isNotEmpty()
                    .allMatch(found -> found.contains("orders_id_seq"));
            assertThat(changes())
                    .extracting(Change::summary)
                    .containsExactly("app in app: revoke SELECT on sequences of public");
            apply(changes());
            statement.execute(
                    "SET event_triggers = off; GRANT USAGE ON SEQUENCE events_id_seq TO app; RESET event_triggers");
            assertThat(attacks()).as("a right that came past the guard").isNotEmpty();
            assertThat(changes()).extracting(Change::summary).containsExactly(COUNTS);
            apply(changes());
            assertThat(attacks()).isEmpty();
            statement.execute("CREATE POLICY everybody ON users USING (true)");
            assertThat(attacks()).as("no policy of others widens ours").isEmpty();
            statement.execute("DROP POLICY everybody ON users");
        }
    }

    @Test
    @Order(6)
    void itIsThePoolersResetThatTakesWhatAnotherClientLeft() throws SQLException {
        RealStack without = stack.edited(
                STACK.replaceAll("(?s)databases:.*?\\n      roles:", "databases: { app: {} }\n      roles:"));
        without.reload(without.workloads("main-pooler").getFirst());
        Await.until(
                "the pooler has no reset",
                Duration.ofSeconds(10),
                () -> !leftover().isEmpty(),
                () -> stack.log("main-pooler"));
        stack.reload(stack.workloads("main-pooler").getFirst());
        Await.until(
                "the pooler resets again",
                Duration.ofSeconds(10),
                () -> leftover().isEmpty(),
                () -> stack.log("main-pooler"));
    }

    private static List<String> leftover() {
        List<String> found = new ArrayList<>();
        try {
            leftover(found);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return found;
    }

    /** What of another tenant can be seen or touched, by every way there is; nothing where the tenants are apart. */
    private static List<String> attacks() throws SQLException {
        List<String> found = new ArrayList<>();
        for (String role : List.of("app", "migrator")) {
            for (boolean pooled : List.of(false, true)) {
                String who = role + (pooled ? " pooled" : " direct");
                try (Connection connection = open(role, pooled)) {
                    new Attack(connection, mine, theirs, who, found).run(DECLARED);
                }
            }
        }
        leftover(found);
        return found;
    }

    /** One server connection, two clients: the first leaves its tenant behind for its session, the second says nothing. */
    private static void leftover(List<String> found) throws SQLException {
        try (Connection careless = open("app", true);
                Connection next = open("app", true);
                Statement leaves = careless.createStatement();
                Statement finds = next.createStatement()) {
            leaves.execute("SET app.tenant_id = '" + theirs + "'");
            leaves.execute("SET app.role = 'member'");
            leaves.execute("SELECT set_config('app.tenant_id', '" + theirs
                    + "', false), set_config('app.role', 'member', false)");
            for (String table : DECLARED) {
                if (!one(finds, "SELECT count(*) FROM " + table).equals("0")) {
                    found.add("a setting left over by another client shows rows of " + table);
                }
            }
        }
    }

    interface Work {
        void run(Statement statement) throws SQLException;
    }

    static void within(Connection connection, String tenant, String role, Work work) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT set_config('app.tenant_id', '" + tenant + "', true), set_config('app.role', '"
                    + role + "', true)");
            work.run(statement);
            connection.commit();
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static List<Change> changes() {
        return stack.facets("main").changes(stack);
    }

    private static List<String> notes() {
        return stack.facets("main").notes(stack);
    }

    private static void apply(List<Change> changes) {
        stack.facets("main").apply(changes, stack);
    }

    private static Connection open(String role, boolean pooled) throws SQLException {
        String url = "jdbc:postgresql://"
                + (pooled ? stack.outside("main-pooler", "pgbouncer") : stack.outside("main-0", "postgres")) + "/app";
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty(
                "password", stack.secret(new SecretRef("main", "roles/" + role)).reveal());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", stack.authorityFile());
        return DriverManager.getConnection(url, properties);
    }

    static String one(Statement statement, String question) throws SQLException {
        try (ResultSet rows = statement.executeQuery(question)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
