package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Health;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.SecretRef;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** A real PostgreSQL and a real PgBouncer, driven by what their engines say. One server for all of it, in order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("engines")
final class PostgresTest {
    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: proof }
            spec:
              services:
                main:
                  engine: postgres
                  version: "17"
                  resources: { cpu: 2, memory: 512Mi, storage: 4Gi }
                  extensions: [vector, pg_stat_statements, pgaudit]
                  pooler: { mode: transaction, clients: 200, servers: 5 }
                  databases:
                    shop: { extensions: [pg_trgm, pg_cron, earthdistance] }
                    Weird-Name: {}
                  roles:
                    migrator: { can: [ddl] }
                    app: { can: [read, write], through: pooler, statementTimeout: 30s }
                    reader: { can: [read], databases: [shop], connections: 7 }
            """;

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() {
        stack = new RealStack(folder, STACK);
        stack.workloads("main").forEach(stack::start);
        stack.workloads("main-pooler").forEach(stack::start);
        assertThat(ready("main", "main-0", Duration.ofSeconds(30))).isInstanceOf(Health.Ready.class);
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void aNewServerBecomesWhatTheFileSaysAndThenNothingIsLeftToDo() {
        List<Change> planned = changes(stack);
        assertThat(planned).isEqualTo(fromNothing(stack));
        assertThat(planned).allSatisfy(change -> {
            assertThat(change.because()).isNotBlank();
            assertThat(change.statement()).doesNotContain("SCRAM-SHA-256$");
        });
        apply(stack, planned);
        assertThat(changes(stack)).isEmpty();
        apply(stack, planned);
        assertThat(changes(stack)).as("doing it twice is harmless").isEmpty();
    }

    @Test
    @Order(2)
    void everySettingIsInForceAndOfTheEffectThatParametersSay() throws SQLException {
        Workload server = stack.workloads("main").getFirst();
        Map<String, String> context = new java.util.TreeMap<>();
        List<String> wrong = new ArrayList<>();
        try (Connection admin = open("holdfast", "shop", false);
                Statement statement = admin.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT name, context FROM pg_settings")) {
                while (rows.next()) {
                    context.put(rows.getString(1), rows.getString(2));
                }
            }
            try (ResultSet rows = statement.executeQuery(
                    "SELECT name, setting, error FROM pg_file_settings WHERE error IS NOT NULL OR NOT applied")) {
                while (rows.next()) {
                    wrong.add(rows.getString(1) + "=" + rows.getString(2) + ": " + rows.getString(3));
                }
            }
        }
        assertThat(wrong).isEmpty();
        server.files().stream()
                .filter(file -> file.content() instanceof dev.holdfast.blueprint.Content.Settings)
                .flatMap(file -> ((dev.holdfast.blueprint.Content.Settings) file.content()).settings().stream())
                .forEach(setting -> assertThat("postmaster".equals(context.get(setting.key())) ? "RESTART" : "RELOAD")
                        .as(setting.key())
                        .isEqualTo(setting.effect().name()));
    }

    @Test
    @Order(3)
    void theApplicationGoesThroughThePoolerAndTheMigratorGoesDirectly() throws SQLException {
        assertThat(ready("main-pooler", "main-pooler", Duration.ofSeconds(20)).because())
                .as(() -> stack.log("main-pooler"))
                .contains("the server answered through the pooler");
        try (Connection migrator = open("migrator", "shop", false);
                Statement statement = migrator.createStatement()) {
            statement.execute("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, what text)");
            statement.execute("CREATE SCHEMA \"odd; \"\"one\"\"\"");
            statement.execute("CREATE TABLE \"odd; \"\"one\"\"\".things (id serial)");
        }
        try (Connection app = open("app", "shop", true);
                Statement statement = app.createStatement()) {
            statement.execute("INSERT INTO orders (what) VALUES ('rope')");
            statement.execute("INSERT INTO \"odd; \"\"one\"\"\".things DEFAULT VALUES");
            assertThat(one(statement, "SELECT what FROM orders")).isEqualTo("rope");
            assertThat(one(statement, "SHOW statement_timeout")).isEqualTo("30s");
            assertThatThrownBy(() -> statement.execute("CREATE TABLE mine (id int)"))
                    .hasMessageContaining("permission");
        }
        assertThatThrownBy(() -> {
                    try (Connection reader = open("reader", "shop", false);
                            Statement statement = reader.createStatement()) {
                        statement.execute("DELETE FROM orders");
                    }
                })
                .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> open("reader", "Weird-Name", false).close())
                .hasMessageContaining("permission denied for database");
        assertThat(changes(stack)).as("tomorrow's tables need no second apply").isEmpty();
    }

    @Test
    @Order(4)
    void aWrongPasswordAndAPlainConnectionAreRefusedAtBothDoors() {
        for (boolean pooled : List.of(false, true)) {
            Properties wrong = properties("app");
            wrong.setProperty("password", "wrong");
            assertThatThrownBy(() -> DriverManager.getConnection(url("shop", pooled), wrong)
                            .close())
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .asString()
                    .startsWith(pooled ? "08" : "28");
            Properties plain = properties("app");
            plain.setProperty("sslmode", "disable");
            assertThatThrownBy(() -> DriverManager.getConnection(url("shop", pooled), plain)
                            .close())
                    .isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(() -> open("holdfast", "shop", true).close())
                .as("no superuser through the pooler")
                .isInstanceOf(SQLException.class);
    }

    @Test
    @Order(5)
    void whatWasChangedByHandIsShownAndPutRight() throws SQLException {
        try (Connection admin = open("holdfast", "shop", false);
                Statement statement = admin.createStatement()) {
            statement.execute("ALTER ROLE app PASSWORD 'by hand'");
            statement.execute("ALTER ROLE reader SUPERUSER CONNECTION LIMIT 1");
            statement.execute("GRANT DELETE ON orders TO reader");
            statement.execute("GRANT pg_read_all_data TO reader");
            statement.execute("CREATE TABLE made_by_holdfast (id int)");
            statement.execute("ALTER DEFAULT PRIVILEGES GRANT TRUNCATE ON TABLES TO app");
            statement.execute("CREATE ROLE somebody");
        }
        try (Connection admin = open("holdfast", "postgres", false);
                Statement statement = admin.createStatement()) {
            statement.execute("DROP FUNCTION holdfast.pool_lookup(text)");
        }
        List<Change> drift = changes(stack);
        assertThat(drift)
                .extracting(Change::summary)
                .containsExactlyInAnyOrder(
                        "change role app: set the password Holdfast keeps",
                        "change role reader: take SUPERUSER, connections 1 → 7, remove from pg_read_all_data",
                        "app in shop: revoke TRUNCATE on new tables of holdfast",
                        "reader in shop: revoke DELETE on tables of public",
                        "let the pooler look up verifiers of roles");
        apply(stack, drift);
        assertThat(changes(stack)).isEmpty();
    }

    @Test
    @Order(6)
    void whatIsDeclaredNoLongerNeedsAnApprovalBeforeItIsDropped() {
        String text = STACK.replace("        reader: { can: [read], databases: [shop], connections: 7 }\n", "")
                .replace("        Weird-Name: {}\n", "")
                .replace(", earthdistance", "");
        RealStack edited = stack.edited(text);
        List<Change> changes = changes(edited);
        assertThat(changes)
                .filteredOn(change -> change.risk() == Change.Risk.DATA)
                .extracting(Change::where)
                .containsExactlyInAnyOrder(
                        "main/roles/reader",
                        "main/databases/Weird-Name",
                        "main/databases/shop/extensions/cube",
                        "main/databases/shop/extensions/earthdistance");
        assertThat(changes).extracting(Change::summary).noneMatch(summary -> summary.contains("somebody"));
        apply(edited, changes);
        assertThat(changes(edited)).isEmpty();
        apply(edited, changes);
        apply(stack, changes(stack));
        assertThat(changes(stack)).isEmpty();
    }

    @Test
    @Order(7)
    void psqlOfTheImageGetsInWithWhatTheEngineGivesIt() {
        Workload server = stack.workloads("main").getFirst();
        Access.Client client = stack.facets("main").client("app", stack);
        List<String> command = new ArrayList<>(client.command());
        command.addAll(List.of("-Atc", "select current_user, current_database()"));
        assertThat(stack.run(server, command, Facets.revealed(client.environment())))
                .isEqualTo("0\napp|Weird-Name\n");
        Workload pooler = stack.workloads("main-pooler").getFirst();
        Access.Client console = stack.facets("main-pooler").client("holdfast_admin", stack);
        assertThat(String.join(" ", console.command()))
                .doesNotContain(console.environment().get("PGPASSWORD").reveal());
        List<String> version = new ArrayList<>(console.command());
        version.addAll(List.of("-Atc", "SHOW VERSION"));
        assertThat(stack.run(pooler, version, Facets.revealed(console.environment())))
                .startsWith("0\nPgBouncer 1.");
    }

    @Test
    @Order(8)
    void aChangedPoolSizeNeedsNoRestart() throws SQLException {
        RealStack edited = stack.edited(STACK.replace("servers: 5", "servers: 4"));
        edited.reload(edited.workloads("main-pooler").getFirst());
        Properties console = properties("holdfast_admin");
        console.setProperty("preferQueryMode", "simple");
        console.setProperty("replication", "false");
        console.setProperty(
                "password",
                stack.secret(new SecretRef("main-pooler", "users/holdfast_admin"))
                        .reveal());
        Instant deadline = Instant.now().plusSeconds(10);
        String size = "";
        while (!size.equals("4") && Instant.now().isBefore(deadline)) {
            try (Connection connection = DriverManager.getConnection(url("pgbouncer", true), console);
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SHOW CONFIG")) {
                while (rows.next()) {
                    size = rows.getString("key").equals("default_pool_size") ? rows.getString("value") : size;
                }
            }
        }
        assertThat(size).isEqualTo("4");
    }

    @Test
    @Order(9)
    void theProbeTellsWhatIsWrong() throws SQLException {
        try (Connection admin = open("holdfast", "shop", false);
                Statement statement = admin.createStatement()) {
            statement.execute("ALTER ROLE holdfast_probe NOLOGIN");
            statement.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'holdfast_probe'");
        }
        assertThat(changes(stack))
                .extracting(Change::summary)
                .containsExactly("change role holdfast_probe: allow login");
        apply(stack, changes(stack));
        stack.stop("main-0");
        Health down = probe("main", "main-0");
        assertThat(down).isInstanceOf(Health.NotReady.class);
        assertThat(down.because()).startsWith("PostgreSQL 'main-0' does not listen");
        Health behind = probe("main-pooler", "main-pooler");
        assertThat(behind).isInstanceOf(Health.NotReady.class);
        assertThat(((Health.NotReady) behind).next()).as(behind.because()).contains("holdfast why main");
        stack.start(stack.workloads("main").getFirst());
        assertThat(ready("main", "main-0", Duration.ofSeconds(30))).isInstanceOf(Health.Ready.class);
        assertThat(ready("main-pooler", "main-pooler", Duration.ofSeconds(20))).isInstanceOf(Health.Ready.class);
        assertThat(changes(stack)).isEmpty();
    }

    @Test
    @Order(10)
    void noPasswordIsInTheLogs() {
        for (String role : List.of("holdfast", "app", "reader", "migrator", "holdfast_pooler", "holdfast_probe")) {
            String password =
                    stack.secret(new SecretRef("main", "roles/" + role)).reveal();
            assertThat(stack.log("main-0")).doesNotContain(password).doesNotContain("SCRAM-SHA-256$");
            assertThat(stack.log("main-pooler")).doesNotContain(password).doesNotContain("SCRAM-SHA-256$");
        }
    }

    private static List<Change> changes(RealStack where) {
        return where.facets("main").changes(where);
    }

    private static List<Change> fromNothing(RealStack where) {
        return where.facets("main").fromNothing(where);
    }

    private static void apply(RealStack where, List<Change> changes) {
        where.facets("main").apply(changes, where);
    }

    private static Health probe(String service, String member) {
        return stack.facets(service).probe(member, stack);
    }

    private static Health ready(String service, String member, Duration patience) {
        return stack.facets(service).ready(member, stack, patience);
    }

    private static Connection open(String role, String database, boolean pooled) throws SQLException {
        return DriverManager.getConnection(url(database, pooled), properties(role));
    }

    private static String url(String database, boolean pooled) {
        return "jdbc:postgresql://"
                + (pooled ? stack.outside("main-pooler", "pgbouncer") : stack.outside("main-0", "postgres")) + "/"
                + database;
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

    private static String one(Statement statement, String question) throws SQLException {
        try (ResultSet rows = statement.executeQuery(question)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
