package dev.holdfast.proof.engines;

import dev.holdfast.engine.Health;
import dev.holdfast.engine.Rotation;
import dev.holdfast.engine.Rotation.Begun;
import dev.holdfast.engine.Rotation.Credential;
import dev.holdfast.engine.Rotation.Finished;
import dev.holdfast.engines.postgres.PostgresEngine;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.rotation.PostgresRotation;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.proof.Await;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
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

/** Passwords of a real server and a real pooler, replaced while clients come and go. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("engines")
final class PostgresRotationTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: rotation }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { cpu: 2, memory: 512Mi, storage: 4Gi }
                  pooler: { mode: transaction, clients: 100, servers: 5 }
                  passwords: { length: 40, grace: 7m, age: 90d }
                  databases: { shop: {} }
                  roles:
                    app: { can: [read, write, ddl], through: pooler, statementTimeout: 30s }
                    reader: { can: [read] }
            """;

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() throws SQLException {
        stack = new RealStack(folder, STACK);
        stack.workloads("main").forEach(stack::start);
        stack.workloads("main-pooler").forEach(stack::start);
        assertThat(stack.facets("main").ready("main-0", stack, Duration.ofSeconds(30)))
                .as(() -> stack.log("main-0"))
                .isInstanceOf(Health.Ready.class);
        stack.facets("main").apply(stack.facets("main").changes(stack), stack);
        run(direct(), now("app"), "CREATE TABLE visits (who text)");
    }

    @Test
    @Order(9)
    void aPasswordThatIsTooOldIsSaidUntilItIsReplaced() {
        Instant made = login("reader").since().orElseThrow();
        assertThat(complaint("reader", made.plus(Duration.ofDays(90)))).isEmpty();
        assertThat(complaint("reader", made.plus(Duration.ofDays(91)))).hasValue("is 91d old, and the file allows 90d");
        begin("reader", QuietBench.of(stack));
        finish("reader");
        Instant again = login("reader").since().orElseThrow();
        assertThat(again).isAfter(made);
        assertThat(complaint("reader", again.plus(Duration.ofDays(89)))).isEmpty();
    }

    /** What would be said of it at that time. */
    private static Optional<String> complaint(String role, Instant then) {
        PostgresEngine engine = new PostgresEngine();
        Service<?> main = stack.bound("main").service();
        Service<PostgresSpec> service = new Service<>(
                main.name(),
                main.engine(),
                main.version(),
                main.resources(),
                (PostgresSpec) main.settings(),
                main.parent(),
                main.positions());
        return new PostgresRotation(PostgresExtensions.known(), engine.access().orRefuse(), InstantSource.fixed(then))
                .logins(service, stack).stream()
                        .filter(login -> login.role().equals(role))
                        .findFirst()
                        .flatMap(Credential::complaint);
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void noConnectionFailsWhileClientsComeAndGoWithBothPasswords() throws SQLException {
        Properties old = now("app");
        assertThat(old.getProperty("password")).hasSize(40);
        try (Load load = new Load(List.of(direct(), pooled()), old)) {
            load.awaitRounds(3);
            Begun begun = begin("app", QuietBench.of(stack));
            assertThat(begun.login()).isEqualTo("app~1");
            assertThat(begun.until()).isEqualTo(NOW.plus(Duration.ofMinutes(7)));
            assertThat(begun.resumed()).isFalse();
            assertThat(login("app").state()).isEqualTo(Rotation.State.TWO);
            assertThat(now("app").getProperty("user")).isEqualTo("app~1");
            assertThat(stack.facets("main").changes(stack))
                    .as("a twin is no drift")
                    .isEmpty();
            load.tellHalf(now("app"));
            load.awaitRounds(5);
            assertThat(begin("app", QuietBench.of(stack)).resumed())
                    .as("said twice, it is done once")
                    .isTrue();
            load.tellAll(now("app"));
            load.awaitRounds(3);
            finish("app");
            load.awaitRounds(5);
            assertThat(now("app").getProperty("user")).isEqualTo("app");
            load.tellAll(now("app"));
            load.awaitRounds(3);
            assertThat(load.failures()).isEmpty();
            assertThat(load.visits()).isGreaterThan(50);
        }
        for (String door : List.of(direct(), pooled())) {
            assertThatThrownBy(() -> run(door, old, "SELECT 1"))
                    .as("the old password at " + door)
                    .isInstanceOf(SQLException.class);
        }
        assertThat(login("app").state()).isEqualTo(Rotation.State.ONE);
        assertThat(stack.facets("main").changes(stack)).isEmpty();
    }

    @Test
    @Order(2)
    void aTwinIsTheRoleInEverythingItDoesAndMakes() throws SQLException {
        Properties last = properties("app~1");
        run(direct(), last, "SELECT 1");
        begin("app", QuietBench.of(stack));
        Properties twin = now("app");
        assertThat(twin.getProperty("user")).isEqualTo("app~2");
        assertThat(one(twin, "SELECT current_user || ' ' || session_user")).isEqualTo("app app~2");
        assertThat(one(twin, "SHOW statement_timeout")).isEqualTo("30s");
        run(direct(), twin, "CREATE TABLE made (n int)");
        run(direct(), twin, "DISCARD ALL; CREATE TABLE made_after_reset (n int)");
        run(direct(), twin, "SET ROLE none; CREATE TABLE made_otherwise (n int)");
        assertThat(owner("made")).isEqualTo("app");
        assertThat(owner("made_after_reset"))
                .as("a pooler's reset between clients")
                .isEqualTo("app");
        assertThat(owner("made_otherwise")).as("who insists on it").isEqualTo("app~2");
        run(direct(), last, "SELECT 1");
        try (Connection held = DriverManager.getConnection(direct(), last);
                Statement statement = held.createStatement()) {
            Finished finished = finish("app");
            assertThat(finished.left()).as("at least the one held here").isGreaterThanOrEqualTo(1);
            assertThat(statement.execute("SELECT count(*) FROM visits"))
                    .as("who is in stays in")
                    .isTrue();
            assertThatThrownBy(() -> run(direct(), last, "SELECT 1")).hasMessageContaining("not permitted to log in");
        }
        assertThat(owner("made_otherwise")).isEqualTo("app");
        List<Change> rest = stack.facets("main").changes(stack);
        assertThat(rest)
                .as("a twin left behind is no drift, and nothing to be dropped; what it made itself lacks its grants")
                .extracting(Change::summary)
                .containsExactly("reader in shop: grant SELECT on tables of public");
        stack.facets("main").apply(rest, stack);
        assertThat(stack.facets("main").changes(stack)).isEmpty();
    }

    @Test
    @Order(3)
    void killedAnywhereItGoesOn() throws SQLException {
        Properties before = now("reader");
        for (String moment : List.of("makes a second login", "wanted", "tries the new password")) {
            assertThatThrownBy(() -> begin("reader", new QuietBench(stack, moment)))
                    .isInstanceOf(QuietBench.Killed.class);
            assertThat(login("reader").state()).isEqualTo(Rotation.State.INTERRUPTED);
            assertThat(now("reader")).as("nobody is told of it yet").isEqualTo(before);
            run(direct(), before, "SELECT 1");
            assertThat(stack.facets("main").changes(stack))
                    .as("at most the login that is being made")
                    .allMatch(change -> change.where().equals("main/roles/reader~1"));
            assertThatThrownBy(() -> finish("reader"))
                    .isInstanceOf(HoldfastException.class)
                    .hasMessageContaining("HF3506");
        }
        assertThat(begin("reader", QuietBench.of(stack)).resumed()).isTrue();
        Properties next = now("reader");
        run(direct(), before, "SELECT 1");
        run(direct(), next, "SELECT 1");
        assertThatThrownBy(() -> rotation("main").finish("reader", new QuietBench(stack, "takes away")))
                .isInstanceOf(QuietBench.Killed.class);
        assertThat(login("reader").state()).isEqualTo(Rotation.State.INTERRUPTED);
        run(direct(), next, "SELECT 1");
        assertThat(stack.facets("main").changes(stack)).isEmpty();
        finish("reader");
        run(direct(), now("reader"), "SELECT 1");
        run(direct(), next, "SELECT 1");
        assertThatThrownBy(() -> run(direct(), before, "SELECT 1")).hasMessageContaining("password authentication");
        assertThatThrownBy(() -> finish("reader")).hasMessageContaining("HF3506");
        assertThatThrownBy(() -> begin("raeder", QuietBench.of(stack)))
                .hasMessageContaining("HF3504")
                .hasMessageContaining("Did you mean 'reader'?");
    }

    @Test
    @Order(4)
    void holdfastsOwnLoginsAreReplacedAndNothingThatUsesThemNotices() throws SQLException {
        Properties app = now("app");
        try (Load load = new Load(List.of(pooled()), app)) {
            load.awaitRounds(2);
            for (String role : List.of("holdfast_pooler", "holdfast_probe", "holdfast_metrics", "holdfast")) {
                Properties before = properties(role);
                Begun begun = begin(role, QuietBench.of(stack));
                follow(begun.follow());
                load.awaitRounds(2);
                assertThat(stack.facets("main-pooler").probe("main-pooler", stack))
                        .isInstanceOf(Health.Ready.class);
                follow(finish(role).follow());
                load.awaitRounds(2);
                assertThat(stack.facets("main-pooler").probe("main-pooler", stack))
                        .as(role)
                        .isInstanceOf(Health.Ready.class);
                assertThat(stack.facets("main").probe("main-0", stack)).isInstanceOf(Health.Ready.class);
                assertThatThrownBy(() -> run(url("main-0", "postgres", "postgres"), before, "SELECT 1"))
                        .as(role)
                        .hasMessageContaining("password authentication");
            }
            assertThat(load.failures()).isEmpty();
        }
        assertThat(stack.facets("main").changes(stack)).isEmpty();
    }

    @Test
    @Order(6)
    void aNewPasswordThatDoesNotGetInIsToldToNobody() throws SQLException {
        Properties before = now("app");
        stack.stop("main-pooler");
        assertThatThrownBy(() -> begin("app", QuietBench.of(stack)))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("HF3505")
                .hasMessageContaining("The old password is still good.");
        assertThat(now("app")).isEqualTo(before);
        run(direct(), before, "SELECT 1");
        stack.start(stack.workloads("main-pooler").getFirst());
        assertThat(stack.facets("main-pooler").ready("main-pooler", stack, Duration.ofSeconds(20)))
                .isInstanceOf(Health.Ready.class);
        assertThat(begin("app", QuietBench.of(stack)).resumed()).isTrue();
        finish("app");
        run(pooled(), now("app"), "SELECT 1");
    }

    @Test
    @Order(5)
    void anAgeAndALengthThatTheFileDoesNotAllowAreComplainedOf() {
        assertThat(rotation("main").logins(stack))
                .extracting(Credential::role)
                .containsExactly("app", "reader", "holdfast", "holdfast_metrics", "holdfast_pooler", "holdfast_probe");
        assertThat(rotation("main").logins(stack))
                .allMatch(login -> login.complaint().isEmpty());
        RealStack stricter = stack.edited(STACK.replace("length: 40", "length: 41"));
        assertThat(Facets.rotation(stricter.bound("main")).logins(stricter))
                .extracting(login -> login.complaint().orElse(""))
                .allMatch("has 40 characters, and the file asks for 41"::equals);
    }

    private static void follow(List<String> members) {
        for (String member : members) {
            if (member.equals("main-pooler")) {
                stack.reload(stack.workloads("main-pooler").getFirst());
                Await.until(
                        "the pooler has read its files",
                        Duration.ofSeconds(10),
                        () -> stack.facets("main-pooler").probe("main-pooler", stack) instanceof Health.Ready,
                        () -> stack.log("main-pooler"));
            }
        }
    }

    private static Facets.Rotating<?> rotation(String service) {
        return Facets.rotation(stack.bound(service));
    }

    private static Begun begin(String role, QuietBench bench) {
        return rotation("main").begin(role, NOW, Optional.empty(), bench);
    }

    private static Finished finish(String role) {
        return rotation("main").finish(role, QuietBench.of(stack));
    }

    private static Credential login(String role) {
        return rotation("main").logins(stack).stream()
                .filter(login -> login.role().equals(role))
                .findFirst()
                .orElseThrow();
    }

    /** What a client of the role is given now. */
    private static Properties now(String role) {
        Map<String, Redacted> variables =
                new TreeMap<>(stack.facets("main").client(role, stack).environment());
        return login(
                Optional.ofNullable(variables.get("PGUSER")).orElseThrow().reveal(),
                Optional.ofNullable(variables.get("PGPASSWORD")).orElseThrow().reveal());
    }

    private static Properties properties(String login) {
        return login(
                login, stack.secret(new SecretRef("main", "roles/" + login)).reveal());
    }

    private static Properties login(String user, String password) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", stack.authorityFile());
        return properties;
    }

    private static String direct() {
        return url("main-0", "postgres", "shop");
    }

    private static String pooled() {
        return url("main-pooler", "pgbouncer", "shop");
    }

    private static String url(String member, String port, String database) {
        return "jdbc:postgresql://" + stack.outside(member, port) + "/" + database;
    }

    private static void run(String url, Properties login, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, login);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String owner(String table) throws SQLException {
        return one(
                properties("holdfast"),
                "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = '" + table + "'");
    }

    private static String one(Properties login, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(direct(), login);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
