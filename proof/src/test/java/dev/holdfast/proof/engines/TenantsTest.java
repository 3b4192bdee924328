package dev.holdfast.proof.engines;

import dev.holdfast.engine.Audit;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Tenancy;
import dev.holdfast.engine.Tenancy.Created;
import dev.holdfast.engine.Tenancy.Part;
import dev.holdfast.engine.Tenancy.Which;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.SecretRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.IntStream;
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

/** What is done with single tenants, and what is written down of changes, on a real PostgreSQL. In order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("engines")
final class TenantsTest {
    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: tenants }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { cpu: 2, memory: 512Mi, storage: 4Gi }
                  extensions: [pgaudit]
                  databases:
                    here:
                      tenancy:
                        setting: app.tenant_id
                        type: bigint
                        tables: [people, notes, visits]
                        partitions: { visits: list }
                      audit: { tables: [people, notes], without: { people: [secret] } }
                    there:
                      tenancy:
                        setting: app.tenant_id
                        type: bigint
                        tables: [people, notes, visits]
                        partitions: { visits: list }
                    plain: {}
                    words: { tenancy: { setting: app.tenant_id, type: text, tables: [people] } }
                  roles:
                    app: { can: [read, write, ddl] }
            """;

    private static final String TABLES = """
            CREATE TABLE people (
              tenant_id bigint NOT NULL REFERENCES tenants (id), id uuid NOT NULL DEFAULT gen_random_uuid(), name text, secret text,
              shouted text GENERATED ALWAYS AS (upper(name)) STORED, PRIMARY KEY (tenant_id, id));
            CREATE TABLE notes (
              tenant_id bigint NOT NULL REFERENCES tenants (id), id bigint GENERATED ALWAYS AS IDENTITY, person uuid NOT NULL, "odd, ""name" text,
              about jsonb, raw bytea, PRIMARY KEY (id), FOREIGN KEY (tenant_id, person) REFERENCES people (tenant_id, id));
            CREATE TABLE visits (tenant_id bigint NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (tenant_id, at)) PARTITION BY LIST (tenant_id);
            """;

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() throws SQLException {
        stack = new RealStack(folder.resolve("stack"), STACK);
        stack.workloads("main").forEach(stack::start);
        assertThat(stack.facets("main").ready("main-0", stack, Duration.ofSeconds(30)))
                .isInstanceOf(Health.Ready.class);
        apply();
        for (String database : List.of("here", "there")) {
            try (Connection app = open("app", database);
                    Statement statement = app.createStatement()) {
                statement.execute(TABLES);
            }
        }
        try (Connection app = open("app", "words");
                Statement statement = app.createStatement()) {
            statement.execute(
                    "CREATE TABLE people (tenant_id text NOT NULL REFERENCES tenants (id), name text NOT NULL, PRIMARY KEY (tenant_id, name))");
        }
        apply();
        assertThat(stack.facets("main").changes(stack)).isEmpty();
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void tenantsAreMadeOnceHoweverOftenTheyAreAskedFor() {
        Tenanting<?> here = tenants();
        Created first = here.create("here", List.of("acme", "globex", "acme"));
        assertThat(first.made()).extracting(Tenancy.Tenant::name).containsExactly("acme", "globex");
        Created again = here.create("here", List.of("globex", "initech"));
        assertThat(again.made()).extracting(Tenancy.Tenant::name).containsExactly("initech");
        assertThat(again.there()).extracting(Tenancy.Tenant::name).containsExactly("globex");
        assertThat(here.list("here")).extracting(Tenancy.Tenant::name).containsExactly("acme", "globex", "initech");
        assertThatThrownBy(() -> here.create("here", List.of("fine", " ")))
                .hasMessageContaining("HF3602")
                .hasMessageContaining("' ' is no name for a tenant");
        assertThatThrownBy(() -> here.create("plain", List.of("fine"))).hasMessageContaining("HF1541");
        assertThatThrownBy(() -> here.show("here", "nobody"))
                .hasMessageContaining("HF3601")
                .hasMessageContaining("there is no tenant 'nobody' in main/here");
        assertThatThrownBy(() -> here.create(
                        "here",
                        IntStream.range(0, 300).mapToObj(i -> "tenant " + i).toList()))
                .hasMessageContaining("HF3604")
                .hasMessageContaining("303 tenants with a partition each are more than 300")
                .hasMessageContaining("25 ms of planning");
        assertThat(here.list("here")).hasSize(3);
    }

    @Test
    @Order(2)
    void aTenantIsCarriedAwayAndBroughtBackAsItWas() throws SQLException, IOException {
        try (Connection app = open("app", "here");
                Statement statement = app.createStatement()) {
            for (String name : List.of("acme", "globex")) {
                app.setAutoCommit(false);
                statement.execute("SELECT holdfast.set_tenant(holdfast.tenant_named('" + name + "'))");
                statement.execute("""
                        INSERT INTO people (tenant_id, name, secret)
                        SELECT holdfast.current_tenant(), n, 'hidden' FROM (VALUES ('Ayşe "the" O''Neil'), (''), (NULL)) AS v (n)
                        """);
                statement.execute("""
                        INSERT INTO notes (tenant_id, person, "odd, ""name", about, raw)
                        SELECT tenant_id, id, E'two\\nlines, and\\ttab \\\\. end', '{"a": [1.50, null, "ü"]}', '\\x00ff' FROM people
                        """);
                statement.execute(
                        "INSERT INTO visits SELECT holdfast.current_tenant(), now() + i * interval '1 s' FROM generate_series(1, 5) i");
                app.commit();
            }
        }
        Tenanting<?> tenants = tenants();
        Path file = folder.resolve("acme.zip");
        tenants.export("here", "acme", file);
        assertThat(Files.getPosixFilePermissions(file)).hasToString("[OWNER_READ, OWNER_WRITE]");
        assertThat(tenants.show("here", "acme").tables())
                .extracting(Part::table)
                .containsExactly("tenants", "visits", "people", "notes");
        assertThatThrownBy(() -> tenants.bring("here", file))
                .hasMessageContaining("HF3605")
                .hasMessageContaining("is in main/here already");
        assertThat(tenants.bring("there", file)).isEqualTo(12L);
        assertThat(tenants.list("there")).extracting(Tenancy.Tenant::name).containsExactly("acme");
        byte[] bytes = Files.readAllBytes(file);
        tenants.drop("there", "acme");
        assertThat(tenants.list("there")).isEmpty();
        Path broken = folder.resolve("broken.zip");
        Files.write(broken, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> tenants.bring("there", broken)).hasMessageContaining("HF3605");
        String people = "tables/public.people.csv";
        int rows = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(people) + people.length();
        bytes[rows + 40] ^= 1;
        Files.write(broken, bytes);
        assertThatThrownBy(() -> tenants.bring("there", broken)).hasMessageContaining("HF360");
        assertThat(tenants.list("there")).as("all or nothing").isEmpty();
    }

    @Test
    @Order(3)
    void aMoveLeavesTheSourceUntilItIsApprovedAndNeverLosesARow() throws SQLException {
        Tenanting<?> tenants = tenants();
        assertThat(tenants.move("globex", false))
                .extracting("isCopied", "isGone")
                .containsExactly(true, false);
        assertThat(tenants.list("here")).extracting(Tenancy.Tenant::name).contains("globex");
        try (Connection admin = open("holdfast", "here");
                Statement statement = admin.createStatement()) {
            statement.execute(
                    "UPDATE people SET name = 'later' WHERE tenant_id = (SELECT id FROM tenants WHERE name = 'globex')");
            assertThatThrownBy(() -> tenants.move("globex", true))
                    .hasMessageContaining("HF3606")
                    .hasMessageContaining("table people of tenant 'globex' is not the same");
            assertThat(tenants.show("here", "globex").tables())
                    .extracting(p -> p.size().rows())
                    .containsExactly(1L, 5L, 3L, 3L);
            tenants.drop("there", "globex");
            assertThat(tenants.move("globex", true))
                    .extracting("isCopied", "isGone")
                    .containsExactly(true, true);
            assertThat(tenants.move("globex", true))
                    .as("once more")
                    .extracting("isCopied", "isGone")
                    .containsExactly(false, true);
            assertThat(tenants.list("here")).extracting(Tenancy.Tenant::name).containsExactly("acme", "initech");
            assertThat(tenants.show("there", "globex").tables())
                    .extracting(p -> p.size().rows())
                    .containsExactly(1L, 5L, 3L, 3L);
            assertThat(TenancyTest.one(
                            statement, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'visits'::regclass"))
                    .isEqualTo("2");
        }
    }

    @Test
    @Order(4)
    void everyChangeIsWrittenDownWithoutWhatIsHidden() throws SQLException {
        Tenanting<?> tenants = tenants();
        try (Connection app = open("app", "here");
                Statement statement = app.createStatement()) {
            app.setAutoCommit(false);
            statement.execute("SET application_name = 'payroll'");
            statement.execute("SELECT holdfast.set_tenant(holdfast.tenant_named('acme'))");
            statement.execute("UPDATE people SET name = 'new', secret = 'x' WHERE name = ''");
            app.commit();
            Audit.Entry entry = tenants.log(Optional.of("people"), 1).getFirst();
            assertThat(entry.action()).isEqualTo("UPDATE");
            assertThat(entry.user()).isEqualTo("app");
            assertThat(entry.application()).isEqualTo("payroll");
            assertThat(entry.client().orElse("")).startsWith("127.0.0.1:");
            assertThat(entry.tenant().orElse(""))
                    .isEqualTo(tenants.show("here", "acme").tenant().key());
            assertThat(entry.before().orElse("")).contains("\"name\": \"\"").doesNotContain("secret");
            assertThat(entry.after().orElse("")).contains("\"name\": \"new\"").doesNotContain("secret");
            for (String attempt : List.of(
                    "SELECT * FROM holdfast.audit_log",
                    "DELETE FROM holdfast.audit_log",
                    "SELECT holdfast.audit_close()")) {
                assertThatThrownBy(() -> statement.execute(attempt)).hasMessageContaining("permission denied");
                app.rollback();
            }
        }
        assertThat(stack.log("main-0")).contains("AUDIT: OBJECT").contains("UPDATE people SET name");
    }

    @Test
    @Order(5)
    void whatIsMissingOrAlteredIsNamed() throws SQLException {
        Tenanting<?> tenants = tenants();
        Audit.Verified whole = tenants.verify(Optional.empty());
        assertThat(whole.gaps()).isEmpty();
        assertThat(whole.sealed()).isGreaterThan(5);
        assertThat(tenants.verify(Optional.of(whole.head())).gaps()).isEmpty();
        try (Connection admin = open("holdfast", "here");
                Statement statement = admin.createStatement()) {
            assertThatThrownBy(() -> statement.execute("DELETE FROM holdfast.audit_log"))
                    .hasMessageContaining("only ever added to");
            statement.execute("BEGIN; ALTER TABLE holdfast.audit_log DISABLE TRIGGER audit_refuse");
            statement.execute("UPDATE holdfast.audit_log SET session_role = 'nobody' WHERE number = 2");
            statement.execute("ALTER TABLE holdfast.audit_log ENABLE ALWAYS TRIGGER audit_refuse; COMMIT");
            assertThat(tenants.verify(Optional.empty()).gaps())
                    .singleElement()
                    .asString()
                    .contains("altered: {2}");
            statement.execute("BEGIN; ALTER TABLE holdfast.audit_log DISABLE TRIGGER audit_refuse");
            statement.execute("UPDATE holdfast.audit_log SET session_role = 'app' WHERE number = 2");
            statement.execute("ALTER TABLE holdfast.audit_log ENABLE ALWAYS TRIGGER audit_refuse; COMMIT");
            assertThat(tenants.verify(Optional.empty()).gaps()).isEmpty();
            statement.execute("BEGIN; ALTER TABLE holdfast.audit_log DISABLE TRIGGER audit_refuse");
            statement.execute("DELETE FROM holdfast.audit_log WHERE number = 3");
            statement.execute("ALTER TABLE holdfast.audit_log ENABLE ALWAYS TRIGGER audit_refuse; COMMIT");
            assertThat(tenants.verify(Optional.empty()).gaps())
                    .singleElement()
                    .asString()
                    .contains("entries and there are");
            assertThat(tenants.verify(Optional.of("ab12")).gaps()).anyMatch(gap -> gap.contains("never came to ab12"));
            statement.execute("ALTER TABLE people DISABLE TRIGGER zz_holdfast_audit");
            assertThat(stack.facets("main").changes(stack))
                    .extracting(Change::summary)
                    .containsExactly("people: write down who changes what");
        }
    }

    @Test
    @Order(6)
    void nobodyIsTakenForSomebodyElse() throws SQLException {
        try (Connection admin = open("holdfast", "here");
                Statement statement = admin.createStatement()) {
            Tenanting<?> tenants = tenants();
            // A has the key 7 and the name 12, B the key 12
            statement.execute("INSERT INTO tenants (id, name) VALUES (1007, '1012'), (1012, 'victim')");
            statement.execute("SELECT holdfast.create_tenant_partitions(id) FROM tenants WHERE id > 1000");
            statement.execute("INSERT INTO people (tenant_id, name) SELECT id, name FROM tenants WHERE id > 1000");
            assertThatThrownBy(() -> tenants.drop("here", "1012"))
                    .hasMessageContaining("HF3591")
                    .hasMessageContaining("tenant '1012' with key 1007, tenant 'victim' with key 1012")
                    .hasMessageContaining("1007 --by-key, or 1012 --by-key");
            // a copy is known by its key, and another of that key is no copy
            try (Connection there = open("holdfast", "there");
                    Statement other = there.createStatement()) {
                other.execute("INSERT INTO tenants (id, name) VALUES (1007, 'stranger'), (5, '1012')");
                assertThatThrownBy(() -> tenants.move(Which.key("1007"), true))
                        .hasMessageContaining("HF3606")
                        .hasMessageContaining("that key is of another tenant, 'stranger'");
                other.execute("DELETE FROM tenants WHERE id = 1007");
                assertThatThrownBy(() -> tenants.move(Which.key("1007"), true)).hasMessageContaining("HF3605");
                other.execute("DELETE FROM tenants WHERE id = 5");
            }
            Path kept = folder.resolve("kept.zip");
            tenants.drop("here", Which.key("1012"), Optional.of(kept));
            assertThat(TenancyTest.one(statement, "SELECT string_agg(name, ',') FROM people WHERE tenant_id > 1000"))
                    .isEqualTo("1012");
            assertThat(tenants.bring("here", kept))
                    .as("a name that is another's key is no other")
                    .isEqualTo(2L);
        }
    }

    @Test
    @Order(7)
    void whatIsDroppedIsWhatIsInItsArchive() throws SQLException, IOException {
        TenantAttack attack = new TenantAttack(folder, TenantsTest::open);
        attack.writtenMeanwhile(TenantsTest::tenants);
        attack.keysWithEverySign(tenants());
    }

    @Test
    @Order(8)
    void anArchiveIsNotBelieved() throws SQLException, IOException {
        new TenantAttack(folder, TenantsTest::open).editedArchives(tenants());
    }

    @Test
    @Order(9)
    void namesAreSeenForWhatTheyAreAndMadeOnceByHoweverMany() throws Exception {
        TenantAttack attack = new TenantAttack(folder, TenantsTest::open);
        attack.names(tenants());
        attack.atOnce(tenants());
    }

    @Test
    @Order(10)
    void whatItsServerProcessIsTakenFromLeavesNothingHalfDoneAndIsDoneAgain() throws Exception {
        new TenantAttack(folder, TenantsTest::open).cut(tenants(), stack);
    }

    private static void apply() {
        stack.facets("main").apply(stack.facets("main").changes(stack), stack);
    }

    private static Tenanting<?> tenants() {
        return tenants(text -> {});
    }

    private static Tenanting<?> tenants(Consumer<String> heard) {
        return Tenanting.of(stack.bound("main"), stack, heard);
    }

    private static Connection open(String role, String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty(
                "password", stack.secret(new SecretRef("main", "roles/" + role)).reveal());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", stack.authorityFile());
        return DriverManager.getConnection(
                "jdbc:postgresql://" + stack.outside("main-0", "postgres") + "/" + database, properties);
    }
}
