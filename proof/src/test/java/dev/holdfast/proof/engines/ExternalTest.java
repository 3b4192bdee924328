package dev.holdfast.proof.engines;

import dev.holdfast.engine.Access;
import dev.holdfast.engine.Health;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.secret.SecretRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
import java.util.Set;
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

/** A server that somebody else runs, gone into as a superuser and as a role that may do little. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("engines")
final class ExternalTest {
    private static final String PROVIDER = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: provider }
            spec:
              services:
                theirs:
                  engine: postgres
                  resources: { memory: 512Mi }
                  extensions: [vector]
            """;

    private static final String CONSUMER = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: %s }
            spec:
              services:
                main:
                  engine: postgres
                  external: { url: "file:%s", ca: "file:%s" }
                  extensions: [pg_trgm, pg_stat_statements%s]
                  %s
                  databases: { %s: {}, customers: {} }
                  roles:
                    %s: { can: [read, write, ddl]%s }
                    look: { can: [read, monitor] }
            """;

    @TempDir
    private static Path folder;

    private static RealStack provider;

    @BeforeAll
    static void start() throws SQLException {
        provider = new RealStack(made(folder.resolve("provider")), PROVIDER);
        provider.workloads("theirs").forEach(provider::start);
        Health health = provider.facets("theirs").ready("theirs-0", provider, Duration.ofSeconds(30));
        assertThat(health).as(health.toString()).isInstanceOf(Health.Ready.class);
        try (Connection admin = open("holdfast", password(), "postgres");
                Statement statement = admin.createStatement()) {
            statement.execute("CREATE ROLE somebody LOGIN PASSWORD 'their own, long'");
            statement.execute("CREATE DATABASE customers OWNER somebody");
            statement.execute("CREATE ROLE little LOGIN CREATEROLE CREATEDB PASSWORD 'little but long'");
        }
    }

    @AfterAll
    static void stop() {
        if (provider != null) {
            provider.close();
        }
    }

    @Test
    @Order(1)
    void aSuperuserGetsAllThatIsDeclaredAndNothingOfOthersIsTouched() throws SQLException {
        RealStack team =
                consumer("team", "holdfast", password(), "pooler: { mode: transaction, servers: 3 }", "shop", "web");
        Facets<?> main = team.facets("main");

        assertThat(team.workloads("main")).as("nothing is started").isEmpty();
        Health health = main.probe("main", team);
        assertThat(health).as(health.toString()).isInstanceOf(Health.Ready.class);
        assertThat(health.because()).contains("PostgreSQL 17").contains(provider.outside("theirs-0", "postgres") + "");
        List<Change> changes = main.changes(team);
        assertThat(changes).noneMatch(change -> change.statement().contains("template1"));
        applyAll(main, team);
        assertThat(main.changes(team)).isEmpty();
        assertThat(main.notes(team))
                .hasSize(2)
                .allMatch(note -> note.contains("pg_stat_statements") && note.contains("shared_preload_libraries"));

        team.workloads("main-pooler").forEach(team::start);
        Health pooler = team.facets("main-pooler").ready("main-pooler", team, Duration.ofSeconds(20));
        assertThat(pooler).as(() -> pooler + team.log("main-pooler")).isInstanceOf(Health.Ready.class);
        Map<String, String> variables = main.variables("web", team);
        assertThat(variables.get("DATABASE_URL"))
                .contains("/customers?sslmode=verify-full&sslrootcert=" + team.authorityFile());
        assertThat(variables.get("DATABASE_URL_DIRECT")).contains("sslrootcert=" + provider.authorityFile());
        try (Connection web = open("web", secret(team, "web"), "shop");
                Statement statement = web.createStatement()) {
            statement.execute("CREATE TABLE orders (id int)");
        }
        try (Connection look = open("look", secret(team, "look"), "shop");
                Statement statement = look.createStatement()) {
            assertThat(one(statement, "SELECT count(*) FROM orders")).isEqualTo("0");
        }
        // who made it, and whoever else could enter it, is as before
        try (Connection theirs = open("somebody", "their own, long", "customers");
                Statement statement = theirs.createStatement()) {
            assertThat(one(statement, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'customers'"))
                    .isEqualTo("somebody");
        }
        Access.Client client = main.client("holdfast", team);
        assertThat(client.outside()).isPresent();
        assertThat(client.command().toString() + client.environment() + client.outside())
                .doesNotContain(password());
        team.close();
    }

    @Test
    @Order(2)
    void aRoleThatMayDoLittleDoesThatAndEveryOtherThingIsANote() throws SQLException {
        RealStack few = consumer("few", "little", "little but long", "", "garden", "gardener");
        Facets<?> main = few.facets("main");

        List<String> notes = main.notes(few);
        assertThat(notes).anyMatch(note -> note.contains("extension vector") && note.contains("not trusted"));
        assertThat(notes).anyMatch(note -> note.contains("extension pg_stat_statements"));
        assertThat(notes).anyMatch(note -> note.contains("database customers belongs to somebody"));
        assertThat(notes).anyMatch(note -> note.contains("role look is there") && note.contains("may not change it"));
        applyAll(main, few);
        assertThat(main.changes(few)).isEmpty();
        assertThat(main.notes(few)).containsExactlyInAnyOrderElementsOf(notes);

        try (Connection gardener = open("gardener", secret(few, "gardener"), "garden");
                Statement statement = gardener.createStatement()) {
            statement.execute("CREATE TABLE beds (id int)");
            assertThat(one(statement, "SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'"))
                    .isEqualTo("pg_trgm");
        }
        // a changed password is seen by logging in, and taking it is nothing that goes by itself
        try (Connection admin = open("holdfast", password(), "postgres");
                Statement statement = admin.createStatement()) {
            statement.execute("ALTER ROLE gardener PASSWORD 'changed by hand, long'");
        }
        assertThat(main.changes(few)).singleElement().satisfies(change -> {
            assertThat(change.summary()).contains("set the password Holdfast keeps");
            assertThat(change.approval()).isPresent();
        });
        applyAll(main, few);
        assertThat(main.changes(few)).isEmpty();
    }

    @Test
    @Order(3)
    void aPoolerThatCouldLookUpNoPasswordIsRefused() {
        RealStack pooled =
                consumer("pooled", "little", "little but long", "pooler: { mode: transaction }", "pond", "fisher");
        assertThatThrownBy(() -> pooled.facets("main").changes(pooled))
                .isInstanceOfSatisfying(
                        HoldfastException.class,
                        refused -> assertThat(refused.problems())
                                .singleElement()
                                .satisfies(problem -> assertThat(problem.code()).isEqualTo(Code.HF3542)));
        // another stack with a pooler of its own keeps the role that this one would need
        RealStack second =
                consumer("second", "holdfast", password(), "pooler: { mode: transaction }", "pond", "fisher");
        assertThatThrownBy(() -> second.facets("main").changes(second)).hasMessageContaining("another stack keeps");
    }

    @Test
    @Order(4)
    void theFileWithTheAddressIsGuardedAndItsMistakesAreNamed() throws IOException {
        RealStack team = consumer("guarded", "holdfast", password(), "", "shop", "web");
        Path file = folder.resolve("guarded").resolve("url");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(team, Code.HF3541, "is open to other users");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(file, "postgresql://holdfast:" + "geh/eim" + "@127.0.0.1:1/postgres\n");
        assertRefused(team, Code.HF1524, "character 26 is a '/' inside the password");
        Files.writeString(
                file, "postgresql://holdfast:falsch@" + provider.outside("theirs-0", "postgres") + "/postgres\n");
        assertRefused(team, Code.HF3502, "refuses the login");
        Files.writeString(file, "postgresql://holdfast:falsch@127.0.0.1:1/postgres\n");
        assertRefused(team, Code.HF3501, "cannot be reached");
        assertThat(team.facets("main").probe("main", team)).isInstanceOf(Health.NotReady.class);
        Files.delete(file);
        assertRefused(team, Code.HF3541, "is not there");
        // read anew each time: put right, it works at once
        write(file, address("holdfast", password()));
        assertThat(team.facets("main").probe("main", team)).isInstanceOf(Health.Ready.class);
    }

    private static void assertRefused(RealStack stack, Code code, String words) {
        assertThatThrownBy(() -> stack.facets("main").changes(stack))
                .isInstanceOfSatisfying(HoldfastException.class, refused -> {
                    assertThat(refused.problems().getFirst().code()).isEqualTo(code);
                    assertThat(refused.problems().toString()).contains(words).doesNotContain("falsch");
                });
    }

    private static RealStack consumer(
            String name, String role, String password, String pooler, String database, String application) {
        Path home = made(folder.resolve(name));
        Path url = home.resolve("url");
        write(url, address(role, password));
        return new RealStack(
                home,
                CONSUMER.formatted(
                        name,
                        url,
                        provider.authorityFile(),
                        role.equals("little") ? ", vector" : "",
                        pooler,
                        database,
                        application,
                        pooler.isEmpty() ? "" : ", through: pooler"));
    }

    /** As often as a new database or role makes something else possible. */
    private static void applyAll(Facets<?> facets, RealStack stack) {
        List<Change> done = new ArrayList<>();
        for (int pass = 0; pass < 3; pass++) {
            List<Change> changes = facets.changes(stack);
            facets.apply(changes, stack);
            done.addAll(changes);
        }
        assertThat(done)
                .as("all of it was said before")
                .allMatch(change -> !change.because().isBlank());
    }

    private static String address(String role, String password) {
        return "postgresql://" + role + ":" + password.replace(" ", "%20") + "@"
                + provider.outside("theirs-0", "postgres") + "/postgres";
    }

    private static String password() {
        return provider.secret(new SecretRef("theirs", "roles/holdfast")).reveal();
    }

    private static String secret(RealStack stack, String role) {
        return stack.secret(new SecretRef("main", "roles/" + role)).reveal();
    }

    private static void write(Path file, String line) {
        try {
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(Set.copyOf(PosixFilePermissions.fromString("rw-------"))));
            Files.writeString(file, line + "\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Path made(Path path) {
        try {
            return Files.createDirectories(path);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Connection open(String role, String password, String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty("password", password);
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", provider.authorityFile());
        return DriverManager.getConnection(
                "jdbc:postgresql://" + provider.outside("theirs-0", "postgres") + "/" + database, properties);
    }

    private static String one(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
