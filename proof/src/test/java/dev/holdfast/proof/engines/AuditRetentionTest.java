package dev.holdfast.proof.engines;

import dev.holdfast.engine.Audit.Verified;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Health;
import dev.holdfast.problem.HoldfastException;
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
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/** What is kept of changes, for how long, and what proves afterwards that nothing else went. */
@Tag("engines")
final class AuditRetentionTest {
    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: retention }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { memory: 512Mi }
                  databases: { shop: { audit: { tables: [people], keep: 30d } } }
                  roles: { app: { can: [read, write, ddl] } }
            """;

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() throws SQLException {
        stack = new RealStack(folder, STACK);
        stack.workloads("main").forEach(stack::start);
        assertThat(stack.facets("main").ready("main-0", stack, Duration.ofSeconds(30)))
                .isInstanceOf(Health.Ready.class);
        stack.facets("main").apply(stack.facets("main").changes(stack), stack);
        try (Connection app = open("app");
                Statement statement = app.createStatement()) {
            statement.execute("CREATE TABLE people (id int PRIMARY KEY, name text)");
            statement.execute("INSERT INTO people SELECT g, 'n' FROM generate_series(1, 5) g");
        }
        assertThat(stack.facets("main").changes(stack)).isEmpty();
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void whatIsOldIsLetGoAndTheChainStaysWhole() throws SQLException {
        try (Connection admin = open("holdfast");
                Statement statement = admin.createStatement()) {
            List<String> heads = new ArrayList<>();
            for (int round = 0; round < 4; round++) {
                statement.execute("UPDATE people SET name = name || 'x'");
                heads.add(verify(Optional.empty()).head());
            }
            assertThat(prune()).as("nothing is thirty days old").isEmpty();
            age(statement, "number <= 2");
            assertThat(prune()).containsEntry("shop", 10L);
            Verified rest = verify(Optional.of(heads.get(1)));
            assertThat(rest.gaps()).isEmpty();
            assertThat(rest.pruned()).isEqualTo(10);
            assertThat(rest.sealed()).isEqualTo(15);
            assertThat(verify(Optional.of(heads.get(3))).gaps()).isEmpty();
            assertThat(prune()).isEmpty();

            // all of it, and on from there
            age(statement, "true");
            assertThat(prune()).containsEntry("shop", 15L);
            statement.execute("UPDATE people SET name = name || 'y'");
            Verified later = verify(Optional.of(heads.get(3)));
            assertThat(later.gaps()).isEmpty();
            assertThat(later.sealed()).isEqualTo(5);

            // evidence is never let go
            age(statement, "true");
            forge(
                    statement,
                    "audit_log",
                    "DELETE FROM holdfast.audit_log WHERE number = (SELECT max(number) FROM holdfast.audit_log)");
            assertThatThrownBy(AuditRetentionTest::prune)
                    .isInstanceOf(HoldfastException.class)
                    .hasMessageContaining("does not come to what it says")
                    .hasMessageContaining("HF3607");
            assertThat(verify(Optional.empty()).gaps()).isNotEmpty();

            // nor is what was let go forgotten, or let go by anybody
            for (String table : List.of("audit_log", "audit_seals", "audit_pruned")) {
                assertThatThrownBy(() -> statement.execute("DELETE FROM holdfast." + table))
                        .hasMessageContaining("only ever added to");
            }
            forge(statement, "audit_pruned", "UPDATE holdfast.audit_pruned SET entries = entries + 1 WHERE number = 1");
            assertThat(verify(Optional.empty()).gaps()).anyMatch(gap -> gap.contains("let go"));
        }
        try (Connection app = open("app");
                Statement statement = app.createStatement()) {
            assertThatThrownBy(() -> statement.execute("SELECT holdfast.audit_prune('0 s')"))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void nobodyWaitsLongForAChainThatAnotherSessionHolds() throws SQLException {
        try (Connection holder = open("holdfast");
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(4850, 1)");
            assertTimeoutPreemptively(
                    Duration.ofSeconds(60),
                    () -> assertThatThrownBy(AuditRetentionTest::prune)
                            .isInstanceOf(HoldfastException.class)
                            .hasMessageContaining("locked by another session")
                            .hasMessageContaining("HF3503"));
        }
    }

    @Test
    void theLogOfChangesToTheShapeIsBoundedAndNamesWhatWasGranted() throws SQLException {
        try (Connection app = open("app");
                Statement statement = app.createStatement();
                Connection admin = open("holdfast");
                Statement look = admin.createStatement()) {
            statement.execute("CREATE TABLE given (id int)");
            statement.execute("GRANT SELECT (id), UPDATE ON TABLE public.given TO PUBLIC");
            assertThat(
                            one(
                                    look,
                                    "SELECT kind || ' ' || name FROM holdfast.ddl_log WHERE tag = 'GRANT' ORDER BY id DESC LIMIT 1"))
                    .isEqualTo("TABLE public.given");
            look.execute("INSERT INTO holdfast.ddl_log (at, login, role, program, tag)"
                    + " SELECT now() - interval '500 days', 'x', 'x', 'x', 'OLD' FROM generate_series(1, 50)");
            look.execute("INSERT INTO holdfast.ddl_log (login, role, program, tag)"
                    + " SELECT 'x', 'x', 'x', 'MANY' FROM generate_series(1, 10050)");
            statement.execute("CREATE TABLE one_more (id int)");
            assertThat(one(look, "SELECT count(*) <= 10000 FROM holdfast.ddl_log"))
                    .isEqualTo("t");
            assertThat(one(look, "SELECT count(*) FROM holdfast.ddl_log WHERE tag = 'OLD'"))
                    .isEqualTo("0");
            assertThat(one(look, "SELECT name FROM holdfast.ddl_log ORDER BY id DESC LIMIT 1"))
                    .isEqualTo("public.one_more");
        }
    }

    private static SortedMap<String, Long> prune() {
        return prune(stack.bound("main"));
    }

    private static <S extends Record> SortedMap<String, Long> prune(Bound<S> bound) {
        return bound.engine().schema().orRefuse().audit().orRefuse().prune(bound.service(), stack);
    }

    private static Verified verify(Optional<String> expected) {
        return verify(stack.bound("main"), expected);
    }

    private static <S extends Record> Verified verify(Bound<S> bound, Optional<String> expected) {
        return bound.engine()
                .schema()
                .orRefuse()
                .audit()
                .orRefuse()
                .verify(bound.service(), Optional.empty(), expected, QuietBench.of(stack));
    }

    /** The clock cannot be turned on, so what was written is turned back; no digest covers the time of a link. */
    private static void age(Statement statement, String which) throws SQLException {
        forge(statement, "audit_seals", "UPDATE holdfast.audit_seals SET at = at - interval '31 days' WHERE " + which);
    }

    private static void forge(Statement statement, String table, String change) throws SQLException {
        statement.execute("BEGIN; ALTER TABLE holdfast." + table + " DISABLE TRIGGER audit_refuse; " + change
                + "; ALTER TABLE holdfast." + table + " ENABLE ALWAYS TRIGGER audit_refuse; COMMIT");
    }

    private static String one(Statement statement, String question) throws SQLException {
        try (ResultSet row = statement.executeQuery(question)) {
            row.next();
            return row.getString(1);
        }
    }

    private static Connection open(String role) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty(
                "password", stack.secret(new SecretRef("main", "roles/" + role)).reveal());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", stack.authorityFile());
        return DriverManager.getConnection(
                "jdbc:postgresql://" + stack.outside("main-0", "postgres") + "/shop", properties);
    }
}
