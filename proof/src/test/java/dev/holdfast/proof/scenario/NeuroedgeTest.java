package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/** The stack of agents and their memories, with tenants that come, work and go, by commands alone. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class NeuroedgeTest {
    private static final List<String> TABLES = List.of("users", "engines", "agents_base", "vectors_base");

    private static Installation installation;
    private static RunningStack stack;

    @BeforeAll
    static void begin() throws IOException {
        installation = Places.installation("neuroedge");
        Path folder = Places.folder(installation, "neuroedge");
        Path source = Places.root().resolve("stacks/neuroedge");
        try (Stream<Path> files = Files.walk(source)) {
            files.filter(Files::isRegularFile).forEach(file -> copy(file, folder.resolve(source.relativize(file))));
        }
        stack = RunningStack.up(installation, folder, "neuroedge", Files.readString(source.resolve("stack.yaml")));
        if (!psql("holdfast", "SELECT count(*) FROM pg_tables WHERE tablename = 'vectors_base'")
                .equals("1")) {
            try (Stream<Path> files = Files.list(source.resolve("sql/neuroedge"))) {
                // versions before what is done again and again
                for (Path file : files.sorted(Comparator.comparing(
                                        (Path f) -> f.getFileName().toString().startsWith("R"))
                                .thenComparing(Path::getFileName))
                        .toList()) {
                    psql("migrator", "BEGIN;" + Files.readString(file) + ";COMMIT;");
                }
            }
        }
        stack.run("apply", "--yes").orFail();
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
    }

    @Test
    @Order(1)
    void theSqlIsAsTheTenancyWantsItAndNothingIsLeftToDo() {
        Json plan = stack.run("plan", "--output", "json").json();
        assertThat(plan.itemsAt("changes")).as(plan.pretty()).isEmpty();
        assertThat(plan.itemsAt("notes").stream().map(Json::compact).filter(note -> note.contains("neuroedge:")))
                .as(plan.pretty())
                .isEmpty();
        assertThat(psql("holdfast", """
                SELECT count(*) FROM pg_partition_tree('vectors_base') t JOIN pg_class c ON c.oid = t.relid
                 WHERE c.relrowsecurity AND c.relforcerowsecurity
                """)).isEqualTo("17");
    }

    @Test
    @Order(2)
    void tenantsWorkBesideOneAnotherAndNeverSeeEachOther() {
        Json made = stack.run("tenant", "create", "main", "acme", "globex", "--output", "json")
                .orFail()
                .json();
        assertThat(made.itemsAt("made")).hasSize(2);
        assertThat(stack.run("tenant", "create", "main/neuroedge", "acme", "Not A Slug")
                        .status())
                .isEqualTo(2);
        for (String tenant : List.of("acme", "globex")) {
            within("app", tenant, "admin", """
                    INSERT INTO users (tenant_id, email, role) VALUES (holdfast.current_tenant(), 'ada@%1$s.example', 'admin');
                    INSERT INTO engines (tenant_id, name, kind, model) VALUES (holdfast.current_tenant(), 'small', 'edge', 'phi');
                    INSERT INTO agents_base (tenant_id, engine_id, owner_id, name, state)
                      SELECT e.tenant_id, e.id, u.id, 'helper of %1$s', 'active' FROM engines e, users u;
                    INSERT INTO vectors_base (tenant_id, agent_id, content, embedding)
                      SELECT a.tenant_id, a.id, 'memory ' || i || ' of %1$s', (SELECT array_agg(random()) FROM generate_series(1, 384) WHERE i = i)::vector
                        FROM agents_base a, generate_series(1, 50) i
                    """.formatted(tenant));
        }
        for (String table : List.of("users", "engines", "agents_base", "vectors_base", "agents", "vectors")) {
            assertThat(within(
                            "reader",
                            "acme",
                            "viewer",
                            "SELECT count(*) > 0 AND count(*) = count(*) FILTER (WHERE t::text LIKE '%acme%' OR tenant_id = holdfast.current_tenant()) FROM "
                                    + table + " t"))
                    .as(table)
                    .isEqualTo("t");
            assertThat(psql("reader", "SELECT count(*) FROM " + table))
                    .as(table + " of nobody")
                    .isEqualTo("0");
            assertThat(within("app", "acme", "", "SELECT count(*) FROM " + table))
                    .as(table + " without a role")
                    .isEqualTo("0");
        }
        assertThat(within("app", "acme", "service", """
                SELECT count(*) FROM nearest_memories((SELECT embedding FROM vectors_base LIMIT 1), 5) WHERE content LIKE '%acme'
                """)).isEqualTo("5");
        assertThat(within("app", "acme", "viewer", "EXPLAIN (COSTS OFF) SELECT * FROM vectors_base"))
                .contains("Subplans Removed: 15");
    }

    @Test
    @Order(3)
    void whoChangedWhatIsKnownAndTamperingIsNoticed() {
        Json log = stack.run("audit", "log", "main", "--table", "agents_base", "--output", "json")
                .orFail()
                .json();
        assertThat(log.itemsAt("entries")).hasSize(2).allSatisfy(entry -> {
            assertThat(entry.textAt("user")).contains("app");
            assertThat(entry.textAt("action")).contains("INSERT");
            assertThat(entry.textAt("tenant")).isPresent();
        });
        Outcome whole = stack.run("audit", "verify", "main");
        assertThat(whole.out()).startsWith("whole: 6 entries of neuroedge");
        psql("holdfast", "ALTER TABLE holdfast.audit_log DISABLE TRIGGER audit_refuse");
        psql("holdfast", "DELETE FROM holdfast.audit_log WHERE number = 2");
        assertThat(stack.run("audit", "verify", "main").err()).contains("[HF3600]");
        stack.run("apply", "--yes").orFail();
        Outcome broken = stack.run("audit", "verify", "main");
        assertThat(broken.status()).isEqualTo(4);
        assertThat(broken.out()).contains("[HF3607]").contains("covered 6 entries and there are 5");
    }

    @Test
    @Order(4)
    void aTenantIsDroppedByNameOnlyAndCanBeBroughtBack() {
        Outcome refused = stack.run("tenant", "drop", "main", "acme");
        assertThat(refused.status()).isEqualTo(5);
        assertThat(refused.err()).contains("removes 54 rows and was not approved [HF3603]");
        Json gone = stack.run("tenant", "drop", "main", "acme", "--approve", "acme", "--output", "json")
                .orFail()
                .json();
        assertThat(stack.run("tenant", "list", "main").out()).contains("globex").doesNotContain("acme");
        assertThat(psql("holdfast", "SELECT count(*) FROM vectors_base WHERE content LIKE '%acme'"))
                .isEqualTo("0");
        String archive = gone.textAt("archive").orElseThrow();
        assertThat(stack.run("tenant", "import", "main", "--from", archive)
                        .orFail()
                        .out())
                .contains("vectors_base");
        assertThat(stack.run("tenant", "list", "main", "--sizes").orFail().out())
                .containsPattern("acme +[0-9a-f-]{36} +54");
        for (String table : TABLES) {
            psql("holdfast", "ALTER TABLE " + table + " NO FORCE ROW LEVEL SECURITY");
        }
        assertThat(stack.run("plan").out())
                .contains("users: force it on the owner")
                .contains("vectors_base: force it on the owner");
        stack.run("apply", "--yes").orFail();
    }

    @Test
    @Order(5)
    void aMigrationThatWouldNotSeeTheRowsIsRefusedAndIsToldTheWay() throws IOException {
        String rows = "SELECT count(*) FILTER (WHERE email LIKE '%+moved') || ' of ' || count(*) FROM users";
        String before = psql("holdfast", "SELECT '0 of ' || count(*) FROM users");
        migration("UPDATE users SET email = email || '+moved';");
        Outcome blind = stack.run("migrate", "up", "main");
        assertThat(blind.text())
                .contains("[HF3590]")
                .contains("would have succeeded and changed none of them")
                .contains("NO FORCE ROW LEVEL SECURITY");
        assertThat(psql("holdfast", rows)).isEqualTo(before);
        // the remedy, its second half forgotten: the file's own end closes the table again
        migration(
                "SELECT holdfast.set_tenant(holdfast.tenant_named('globex'), 'admin'); UPDATE users SET email = email || '+own';"
                        + " SET LOCAL row_security = off; ALTER TABLE users NO FORCE ROW LEVEL SECURITY;"
                        + " UPDATE users SET email = replace(email, '+own', '') || '+moved';");
        stack.run("migrate", "up", "main").orFail();
        assertThat(psql("holdfast", rows)).isEqualTo(before.replace("0", before.substring(5)));
        assertThat(psql("holdfast", "SELECT relforcerowsecurity FROM pg_class WHERE oid = 'users'::regclass"))
                .isEqualTo("t");
        assertThat(stack.run("plan").orFail().out()).contains("nothing is to be done");
    }

    private static void migration(String sql) throws IOException {
        Files.writeString(stack.folder().resolve("sql/neuroedge/V90__addresses.sql"), sql + "\n");
    }

    private static String within(String role, String tenant, String word, String sql) {
        String text = psql(
                role,
                "BEGIN; SELECT holdfast.set_tenant(holdfast.tenant_named('" + tenant + "'), '" + word + "');" + sql
                        + "; COMMIT;");
        return text.lines()
                .filter(line ->
                        !line.isBlank() && !List.of("BEGIN", "COMMIT").contains(line) && !line.startsWith("INSERT"))
                .reduce((one, next) -> one + "\n" + next)
                .orElse("");
    }

    private static String psql(String role, String sql) {
        return stack.run(
                        "connect",
                        "main",
                        "--role",
                        role,
                        "--",
                        "-d",
                        "neuroedge",
                        "-v",
                        "ON_ERROR_STOP=1",
                        "-At",
                        "-c",
                        sql)
                .orFail()
                .out()
                .strip();
    }

    private static void copy(Path from, Path to) {
        try {
            Files.createDirectories(to.getParent());
            Files.copy(from, to, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
