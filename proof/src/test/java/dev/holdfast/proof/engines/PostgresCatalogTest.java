package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Health;
import dev.holdfast.engines.pgbouncer.PgBouncerEngine;
import dev.holdfast.engines.postgres.PostgresEngine;
import dev.holdfast.plan.Change;
import dev.holdfast.proof.Await;
import dev.holdfast.secret.SecretRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import static org.assertj.core.api.Assertions.assertThat;

/** What the engines' YAML says of PostgreSQL and PgBouncer, compared with servers that have every extension loaded. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class PostgresCatalogTest {
    private static final List<String> WHOLE =
            List.of("timescaledb", "pg_partman", "pg_cron", "pgaudit", "vector", "pg_stat_statements");

    /** The YAML's words for the server's. */
    private static final Map<String, String> TYPES = Map.of("boolean", "bool", "text", "string");

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() throws IOException {
        String others = extensions().keySet().stream()
                .filter(name -> !WHOLE.contains(name))
                .collect(Collectors.joining(", "));
        stack = new RealStack(folder, """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: proof }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { cpu: 2, memory: 512Mi, storage: 4Gi }
                  extensions: [%s]
                  pooler: { mode: transaction, clients: 200, servers: 5 }
                  databases: { shop: { extensions: [%s] } }
                  roles: { app: { can: [read, write], through: pooler } }
            """.formatted(String.join(", ", WHOLE), others));
        stack.workloads("main").forEach(stack::start);
        stack.workloads("main-pooler").forEach(stack::start);
        assertThat(stack.facets("main").ready("main-0", stack, Duration.ofSeconds(40)))
                .as(() -> stack.log("main-0"))
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
    void everyExtensionComesUpAndThenNothingIsLeftToDo() throws SQLException {
        List<Change> planned = stack.facets("main").changes(stack);
        assertThat(planned).isEqualTo(stack.facets("main").fromNothing(stack));
        stack.facets("main").apply(planned, stack);
        assertThat(stack.facets("main").changes(stack)).isEmpty();
        List<String> there = new ArrayList<>();
        List<String> offered = new ArrayList<>();
        try (Connection admin = server();
                Statement statement = admin.createStatement()) {
            collect(statement, "SELECT extname FROM pg_extension", there);
            collect(statement, "SELECT name FROM pg_available_extensions", offered);
            // each of the five by something only it can do
            statement.execute("CREATE TABLE readings (at timestamptz NOT NULL, value float8)");
            statement.execute("SELECT create_hypertable('readings', 'at')");
            statement.execute("CREATE TABLE events (at timestamptz NOT NULL) PARTITION BY RANGE (at)");
            statement.execute("SELECT partman.create_parent('public.events', 'at', '1 day')");
            statement.execute("SELECT cron.schedule('nightly', '0 3 * * *', 'SELECT 1')");
            statement.execute("CREATE TABLE points (place vector(3))");
            statement.execute("INSERT INTO points VALUES ('[1,2,3]')");
            assertThat(one(statement, "SELECT '[1,2,3]'::vector <-> place FROM points"))
                    .isEqualTo("0");
            assertThat(one(statement, "SELECT count(*) FROM partman.part_config"))
                    .isEqualTo("1");
            assertThat(one(statement, "SHOW pgaudit.log")).isNotEmpty();
        }
        assertThat(offered).containsAll(extensions().keySet());
        assertThat(there).containsAll(extensions().keySet());
    }

    @Test
    @Order(2)
    void everyParameterIsAsTheServerDescribesIt() throws SQLException {
        Map<String, String> server = new TreeMap<>();
        try (Connection admin = server();
                Statement statement = admin.createStatement()) {
            // a module without an extension of its own: its parameters are there once it is loaded
            statement.execute("LOAD 'auto_explain'");
            ResultSet rows = statement.executeQuery(
                    "SELECT name, vartype, unit, min_val, max_val, enumvals::text[], context FROM pg_settings");
            while (rows.next()) {
                Object words = rows.getArray(6) == null
                        ? null
                        : List.of((Object[]) rows.getArray(6).getArray());
                server.put(
                        rows.getString(1),
                        described(
                                rows.getString(2),
                                rows.getString(3),
                                rows.getString(4),
                                rows.getString(5),
                                words,
                                "postmaster".equals(rows.getString(7)) ? "restart" : "reload"));
            }
        }
        Map<String, String> wrong = new TreeMap<>();
        yaml(PostgresEngine.class, "parameters.yaml").forEach((name, words) -> {
            String ours = described(
                    TYPES.getOrDefault(String.valueOf(words.get("type")), String.valueOf(words.get("type"))),
                    words.get("unit"),
                    words.get("least"),
                    words.get("most"),
                    words.get("words"),
                    words.get("effect"));
            String theirs = server.getOrDefault(name, "unknown to the server");
            // pg_cron computes its upper bound from max_worker_processes at the start
            if (name.equals("cron.max_running_jobs")) {
                theirs = theirs.replaceFirst("0\\.\\.[0-9]+", "0..100");
            }
            if (!ours.equals(theirs)) {
                wrong.put(name, ours + " / " + theirs);
            }
        });
        assertThat(wrong).isEmpty();
    }

    @Test
    @Order(3)
    void everyParameterOfThePoolerIsAsItsConsoleDescribesIt() throws SQLException {
        Await.until(
                "the pooler answers",
                Duration.ofSeconds(20),
                () -> stack.facets("main-pooler").probe("main-pooler", stack) instanceof Health.Ready,
                () -> stack.log("main-pooler"));
        Map<String, String> console = new TreeMap<>();
        Properties properties = properties("holdfast_admin", new SecretRef("main-pooler", "users/holdfast_admin"));
        properties.setProperty("preferQueryMode", "simple");
        // the driver sends its SET statements only where this is not said, and the console knows none of them
        properties.setProperty("replication", "false");
        try (Connection admin = DriverManager.getConnection(
                        "jdbc:postgresql://" + stack.outside("main-pooler", "pgbouncer") + "/pgbouncer", properties);
                Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery("SHOW CONFIG")) {
            while (rows.next()) {
                console.put(rows.getString("key"), "yes".equals(rows.getString("changeable")) ? "reload" : "restart");
            }
        }
        Map<String, String> ours = new TreeMap<>();
        yaml(PgBouncerEngine.class, "parameters.yaml")
                .forEach((name, words) -> ours.put(name, String.valueOf(words.get("effect"))));
        // the file itself, and what names a service of another operating system
        console.keySet().removeAll(List.of("conffile", "service_name"));
        assertThat(ours).isEqualTo(console);
    }

    @Test
    @Order(4)
    void aReplacedCertificateIsShownAfterAReloadByBoth() throws SQLException {
        for (String member : List.of("main-0", "main-pooler")) {
            Workload workload =
                    stack.workloads(member.equals("main-0") ? "main" : member).getFirst();
            stack.misname(workload);
            stack.reload(workload);
            String url = "jdbc:postgresql://"
                    + stack.outside(member, member.equals("main-0") ? "postgres" : "pgbouncer") + "/shop";
            Properties app = properties("app", new SecretRef("main", "roles/app"));
            Await.until(
                    "the wrong certificate is shown",
                    Duration.ofSeconds(20),
                    () -> !opens(url, app),
                    () -> "it is not");
            stack.renew(workload);
            stack.reload(workload);
            Await.until(
                    "the right certificate is shown",
                    Duration.ofSeconds(20),
                    () -> opens(url, app),
                    () -> stack.log(member));
        }
    }

    private static boolean opens(String url, Properties properties) {
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            return connection.isValid(2);
        } catch (SQLException e) {
            return false;
        }
    }

    private static String described(String type, Object unit, Object least, Object most, Object words, Object effect) {
        return type + " " + unit + " " + number(least) + ".." + number(most) + " " + words + " " + effect;
    }

    private static String number(Object value) {
        return value == null
                ? ""
                : new BigDecimal(String.valueOf(value)).stripTrailingZeros().toPlainString();
    }

    private static void collect(Statement statement, String question, List<String> into) throws SQLException {
        try (ResultSet rows = statement.executeQuery(question)) {
            while (rows.next()) {
                into.add(rows.getString(1));
            }
        }
    }

    private static String one(Statement statement, String question) throws SQLException {
        List<String> rows = new ArrayList<>();
        collect(statement, question, rows);
        return rows.getFirst();
    }

    private static Connection server() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + stack.outside("main-0", "postgres") + "/shop",
                properties("holdfast", new SecretRef("main", "roles/holdfast")));
    }

    private static Properties properties(String user, SecretRef password) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", stack.secret(password).reveal());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", stack.authorityFile());
        return properties;
    }

    private static Map<String, Map<?, ?>> extensions() {
        return yaml(PostgresEngine.class, "extensions.yaml");
    }

    private static Map<String, Map<?, ?>> yaml(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            Map<String, Map<?, ?>> table = new TreeMap<>();
            Map<?, ?> root = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            root.forEach((key, words) -> table.put(String.valueOf(key), (Map<?, ?>) words));
            return table;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
