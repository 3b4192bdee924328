package dev.holdfast.proof.engines;

import dev.holdfast.engine.Drift;
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
import java.time.Instant;
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

/** Rights, schemas, limits and addresses of a real server, as a stack file says them. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("engines")
final class PostgresAccessTest {
    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: access }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { cpu: 2, memory: 512Mi, storage: 4Gi }
                  pooler: { mode: transaction, clients: 100, servers: 5 }
                  databases:
                    shop:
                      owner: migrator
                      schemas: { analytics: {}, audit: { owner: keeper }, order: {} }
                      searchPath: [public, order]
                  roles:
                    migrator: { can: [ddl, execute] }
                    keeper: { can: [ddl] }
                    app:
                      can: [read, write]
                      schemas: { audit: [], analytics: [read] }
                      through: pooler
                      statementTimeout: 30s
                      lockTimeout: 2s
                      idleInTransactionTimeout: 1m
                      transactionTimeout: 5m
                    analyst:
                      can: []
                      schemas: { analytics: [read, write, truncate, ddl] }
                      searchPath: [analytics]
                      connections: 3
                    operator: { can: [read, maintain, monitor, signal, execute] }
            """;
    private static final String ALLOW = STACK + """
                  allow:
                    - { roles: [analyst], from: [127.0.0.1/32], refuse: true }
                    - { roles: [analyst, operator], from: [loopback] }
                    - { roles: [app], from: [127.0.0.2/32] }
            """;

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() {
        stack = new RealStack(folder, STACK);
        stack.workloads("main").forEach(stack::start);
        stack.workloads("main-pooler").forEach(stack::start);
        assertThat(stack.facets("main").ready("main-0", stack, Duration.ofSeconds(30)))
                .as(() -> stack.log("main-0"))
                .isInstanceOf(Health.Ready.class);
        List<Change> planned = changes(stack);
        assertThat(planned).isEqualTo(stack.facets("main").fromNothing(stack));
        stack.facets("main").apply(planned, stack);
        assertThat(changes(stack)).isEmpty();
        stack.facets("main").apply(planned, stack);
        assertThat(changes(stack)).as("doing it twice is harmless").isEmpty();
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void tomorrowsThingsOfEveryCreatorAreCoveredSchemaBySchema() throws SQLException {
        run("migrator", "CREATE TABLE items (id int GENERATED ALWAYS AS IDENTITY, name text)");
        run("migrator", "CREATE TABLE analytics.daily (day date, n int)");
        run("migrator", "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql RETURN 2 * n");
        run("keeper", "CREATE TABLE audit.log (what text)");
        run("keeper", "CREATE TABLE public.kept (id serial, n int)");
        run("analyst", "CREATE TABLE mine (n int)");
        run("app", "INSERT INTO items (name) VALUES ('rope')");
        run("app", "INSERT INTO kept (n) VALUES (1)");
        run("app", "SELECT * FROM analytics.daily");
        run("app", "SELECT * FROM analytics.mine");
        refused("app", "INSERT INTO analytics.daily VALUES (now(), 1)", "permission denied");
        refused("app", "SELECT * FROM audit.log", "permission denied for schema audit");
        refused("app", "SELECT twice(2)", "permission denied for function");
        refused("app", "TRUNCATE items", "permission denied");
        run("operator", "SELECT twice(2)");
        run("operator", "ANALYZE items");
        run("operator", "SELECT count(query) FROM pg_stat_activity");
        run("analyst", "TRUNCATE analytics.daily");
        refused("analyst", "SELECT * FROM public.items", "permission denied");
        refused("analyst", "CREATE TABLE public.mine (n int)", "permission denied for schema public");
        refused("keeper", "SELECT * FROM public.items", "permission denied");
        assertThat(changes(stack)).as("nothing of it needs a second apply").isEmpty();
    }

    @Test
    @Order(2)
    void limitsAndPathsAreThoseOfTheFile() throws SQLException {
        assertThat(one("app", "SHOW statement_timeout")).isEqualTo("30s");
        assertThat(one("app", "SHOW lock_timeout")).isEqualTo("2s");
        assertThat(one("app", "SHOW idle_in_transaction_session_timeout")).isEqualTo("1min");
        assertThat(one("app", "SHOW transaction_timeout")).isEqualTo("5min");
        assertThat(one("app", "SHOW search_path")).isEqualTo("public, \"order\"");
        assertThat(one("analyst", "SHOW search_path")).isEqualTo("analytics");
        assertThat(one("holdfast", "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'audit'"))
                .isEqualTo("keeper");
        assertThat(one("holdfast", "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'order'"))
                .isEqualTo("migrator");
    }

    @Test
    @Order(3)
    void whatIsChangedByHandIsShownAndPutRight() throws SQLException {
        Instant begun = Instant.now().minusSeconds(1);
        run("migrator", "CREATE SCHEMA byhand");
        run("holdfast", "CREATE ROLE handmade PASSWORD 'its secret'");
        run("holdfast", "ALTER ROLE app SET search_path = evil");
        run("holdfast", "ALTER ROLE app SET statement_timeout = 0");
        run("holdfast", "ALTER ROLE app SET work_mem = '64MB'");
        run("holdfast", "ALTER ROLE operator BYPASSRLS CREATEROLE NOINHERIT VALID UNTIL '2027-01-01 UTC'");
        run("holdfast", "ALTER DATABASE shop SET search_path = elsewhere, public");
        run("holdfast", "ALTER SCHEMA audit OWNER TO analyst");
        run("holdfast", "GRANT SELECT ON ALL TABLES IN SCHEMA audit TO app");
        run("holdfast", "ALTER DEFAULT PRIVILEGES FOR ROLE keeper IN SCHEMA audit GRANT SELECT ON TABLES TO app");
        run("holdfast", "GRANT EXECUTE ON FUNCTION twice(int) TO PUBLIC");
        run("holdfast", "REVOKE SELECT ON items FROM app");
        List<Drift> seen = stack.facets("main").drift(stack);
        assertThat(seen)
                .filteredOn(one -> one.where().equals("main/databases/shop/schemas/audit/owner"))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.who().orElse("")).startsWith("holdfast from 127.0.0.1 with PostgreSQL JDBC Driver");
                    assertThat(one.statement()).contains("ALTER SCHEMA audit OWNER TO analyst");
                    assertThat(one.at().orElseThrow()).isBetween(begun, Instant.now());
                });
        assertThat(seen)
                .filteredOn(one -> one.where().equals("main/roles/app"))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.at().orElseThrow()).isBetween(begun, Instant.now());
                    assertThat(one.who()).isEmpty();
                    assertThat(one.unknown().orElse("")).contains("does not write down who changes a role");
                });
        assertThat(seen)
                .filteredOn(one -> one.kind() == Drift.Kind.UNDECLARED)
                .extracting(Drift::what)
                .containsExactlyInAnyOrder(
                        "role handmade is not in the file", "schema byhand of shop is not in the file");
        assertThat(seen)
                .filteredOn(one -> one.where().endsWith("/schemas/byhand"))
                .singleElement()
                .satisfies(one -> assertThat(one.who().orElse("")).startsWith("migrator from 127.0.0.1"));
        run("migrator", "DROP SCHEMA byhand");
        List<Change> drift = changes(stack);
        assertThat(drift)
                .extracting(Change::summary)
                .containsExactlyInAnyOrder(
                        "change role app: search_path evil → none, statement_timeout 0 → 30000ms",
                        "change role operator: let inherit, take BYPASSRLS, take CREATEROLE, take the end of its password,"
                                + " 2027-01-01 00:00:00 UTC",
                        "pin the search path of database shop: elsewhere, public → public, order",
                        "give schema audit of shop to keeper",
                        "everybody in shop: revoke EXECUTE on functions of public",
                        "app in shop: revoke SELECT on tables of audit; grant SELECT on tables of public; revoke SELECT on"
                                + " new tables of keeper in audit");
        stack.facets("main").apply(drift, stack);
        assertThat(changes(stack)).isEmpty();
        assertThat(one("app", "SHOW work_mem"))
                .as("what the file has no word for is left")
                .isEqualTo("64MB");
        for (Change change : drift) {
            assertThat(change.undo()).as(change.summary()).isPresent();
        }
    }

    @Test
    @Order(4)
    void aSchemaThatIsDeclaredNoLongerGoesOnlyWithANamedApproval() throws SQLException {
        run("holdfast", "CREATE SCHEMA somebodys");
        RealStack edited = stack.edited(STACK.replace("analytics: {}, ", "")
                .replace("audit: [], analytics: [read]", "audit: []")
                .replace("can: []\n          schemas: { analytics: [read, write, truncate, ddl] }", "can: [read]")
                .replace("          searchPath: [analytics]\n", ""));
        assertThat(changes(edited))
                .filteredOn(change -> change.risk() == Change.Risk.DATA)
                .extracting(change -> change.approval().orElse(""))
                .containsExactly("main/databases/shop/schemas/analytics");
        assertThat(changes(stack))
                .as("a schema that somebody made is left, and what is made in it tomorrow is covered, too")
                .extracting(Change::where)
                .containsExactly("main/roles/app/shop");
        stack.facets("main").apply(changes(stack), stack);
        run("migrator", "CREATE TABLE public.later (n int)");
        assertThat(changes(stack)).isEmpty();
    }

    @Test
    @Order(5)
    void rolesComeInFromWhereTheFileSaysAndAReloadIsEnough() throws SQLException {
        String started = one("holdfast", "SELECT pg_postmaster_start_time()");
        assertThat(from("127.0.0.1", "app", false)).isEmpty();
        RealStack allowed = stack.edited(ALLOW);
        allowed.reload(allowed.workloads("main").getFirst());
        allowed.reload(allowed.workloads("main-pooler").getFirst());
        Await.until(
                "the rules are in force",
                Duration.ofSeconds(20),
                () -> !from("127.0.0.1", "analyst", false).isEmpty()
                        && !from("127.0.0.1", "app", true).isEmpty(),
                () -> stack.log("main-0"));
        assertThat(from("127.0.0.1", "analyst", false)).contains("pg_hba.conf rejects connection");
        assertThat(from("127.0.0.2", "analyst", false)).isEmpty();
        assertThat(from("127.0.0.1", "operator", false)).isEmpty();
        assertThat(from("127.0.0.1", "app", false))
                .as("the pooler's own address is good only with the pooler's certificate")
                .contains("client certificate");
        assertThat(from("127.0.0.2", "app", false)).isEmpty();
        assertThat(from("127.0.0.2", "app", true)).as("through the pooler").isEmpty();
        assertThat(from("127.0.0.1", "app", true))
                .as("the pooler asks where its client is")
                .isNotEmpty();
        assertThat(from("127.0.0.2", "migrator", false)).contains("no pg_hba.conf entry");
        assertThat(one("holdfast", "SELECT pg_postmaster_start_time()")).isEqualTo(started);
        assertThat(allowed.facets("main-pooler").ready("main-pooler", allowed, Duration.ofSeconds(10)))
                .isInstanceOf(Health.Ready.class);
        stack.reload(stack.workloads("main").getFirst());
        Await.until(
                "the old rules are in force again",
                Duration.ofSeconds(20),
                () -> from("127.0.0.1", "analyst", false).isEmpty(),
                () -> stack.log("main-0"));
    }

    /** What the refusal says; empty where the role gets in. */
    private static String from(String source, String role, boolean pooled) {
        Properties properties = properties(role);
        properties.setProperty("localSocketAddress", source);
        try (Connection connection = DriverManager.getConnection(url(pooled), properties);
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            return "";
        } catch (SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static List<Change> changes(RealStack where) {
        return where.facets("main").changes(where);
    }

    private static void run(String role, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(false), properties(role));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void refused(String role, String sql, String why) {
        assertThatThrownBy(() -> run(role, sql)).as(role + ": " + sql).hasMessageContaining(why);
    }

    private static String one(String role, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(false), properties(role));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static String url(boolean pooled) {
        return "jdbc:postgresql://"
                + (pooled ? stack.outside("main-pooler", "pgbouncer") : stack.outside("main-0", "postgres")) + "/shop";
    }

    private static Properties properties(String role) {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty(
                "password", stack.secret(new SecretRef("main", "roles/" + role)).reveal());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", stack.authorityFile());
        return properties;
    }
}
