package dev.holdfast.proof.scenario;

import dev.holdfast.daemon.api.Answer;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

/** Robots as a service: the stack comes up, gets its shape from its files, works, and is looked into. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SepulkiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Installation installation;
    private static RunningStack sepulki;

    @BeforeAll
    static void bringItUp() throws IOException {
        installation = Places.installation("sepulki");
        Path folder = Places.folder(installation, "sepulki");
        Path source = Places.root().resolve("stacks/sepulki");
        Files.createDirectories(folder.resolve("sql"));
        try (Stream<Path> files = Files.list(source.resolve("sql"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve("sql").resolve(file.getFileName()));
            }
        }
        sepulki = RunningStack.up(installation, folder, "sepulki", Files.readString(source.resolve("stack.yaml")));
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
    }

    @Test
    @Order(1)
    void itsFilesMakeTheSchemaTheyPromise() {
        sepulki.run("migrate", "up").orFail();
        assertThat(sql(
                        "migrator",
                        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                                + " AND NOT relispartition AND relname !~ 'flyway|telemetry'"))
                .isEqualTo("16");
        assertThat(
                        Integer.parseInt(
                                sql(
                                        "migrator",
                                        "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public' AND tablename !~ 'flyway|telemetry'")))
                .isGreaterThanOrEqualTo(50);
        assertThat(sql("migrator", "SELECT count(*) FROM pg_type WHERE typtype = 'e'"))
                .isEqualTo("13");
        assertThat(sql("app", "SELECT count(*) FROM robots")).isEqualTo("3");
        assertThat(sepulki.run("migrate", "up").orFail().status()).isZero();
        assertThat(sepulki.run("plan").orFail().out()).contains("nothing is to be done");
    }

    @Test
    @Order(2)
    void itsRulesHold() {
        sql(
                "app",
                "INSERT INTO tasks (organisation_id, fleet_id, kind) SELECT organisation_id, id, 'clean' FROM fleets");
        assertThat(sql("robots", "SELECT state FROM claim_task(1)")).isEqualTo("assigned");
        assertThat(sql("robots", "SELECT count(*) FROM claim_task(2)")).isEqualTo("0");
        assertThat(refused("app", "UPDATE tasks SET state = 'done', started_at = now(), ended_at = now()"))
                .contains("cannot go from assigned to done");
        assertThat(refused("app", "DELETE FROM audit_entries")).contains("written once and never changed");
        sql("app", "UPDATE robots SET name = 'Ardrit II' WHERE id = 1");
        assertThat(sql(
                        "app",
                        "SELECT new_values FROM audit_entries WHERE relation = 'robots' ORDER BY id DESC LIMIT 1"))
                .isEqualTo("{\"name\": \"Ardrit II\"}");
        assertThat(sql("app", "SELECT updated_at > created_at FROM robots WHERE id = 1"))
                .isEqualTo("t");
        String report =
                "SELECT report_telemetry('[{\"robot_id\": 1, \"measured_at\": \"2031-05-05T00:00:00Z\", \"battery_percent\": 50}]')";
        assertThat(sql("robots", report)).isEqualTo("1");
        assertThat(sql("robots", report)).as("sent twice").isEqualTo("0");
        assertThat(sql("app", "SELECT tableoid::regclass FROM telemetry")).isEqualTo("telemetry_rest");
        assertThat(sql("migrator", "SELECT create_telemetry_partitions('2031-05-01', 1)"))
                .isEqualTo("1");
        assertThat(sql("app", "SELECT tableoid::regclass FROM telemetry")).isEqualTo("telemetry_2031_05");
        assertThat(refused("app", "SELECT create_telemetry_partitions('2032-05-01', 1)"))
                .contains("permission denied");
        assertThat(sql("migrator", "SELECT drop_telemetry_partitions('2031-06-01')"))
                .isNotEqualTo("0");
    }

    /** A schema written with care gives the reports about indexes nothing to say, until somebody spoils it. */
    @Test
    @Order(3)
    void insightFindsNothingInItUntilItIsSpoilt() {
        Json clean = insight("indexes").json();
        assertThat(clean.itemsAt("rows"))
                .as(clean.pretty())
                .noneMatch(row -> List.of("duplicate", "redundant", "foreign key", "invalid")
                        .contains(row.at("values")
                                .flatMap(values -> values.textAt("kind"))
                                .orElse("")));
        sql("migrator", "DROP INDEX tasks_requested_by_idx; CREATE INDEX spoilt_idx ON robots (model_id)");
        Outcome spoilt = sepulki.run("insight", "indexes", "main/sepulki").orFail();
        assertThat(spoilt.out())
                .contains("tasks_requested_by_fkey")
                .contains("CREATE INDEX CONCURRENTLY tasks_requested_by_idx ON public.tasks (requested_by);")
                .contains("DROP INDEX CONCURRENTLY public.spoilt_idx;");
        sql("migrator", "CREATE INDEX CONCURRENTLY tasks_requested_by_idx ON public.tasks (requested_by)");
        sql("migrator", "DROP INDEX CONCURRENTLY public.spoilt_idx");
        assertThat(sepulki.run("insight", "indexes").orFail().out())
                .doesNotContain("tasks_requested_by_fkey", "spoilt_idx");
    }

    @Test
    @Order(4)
    void everyReportIsShownToPeopleAndToPrograms() {
        for (String report : List.of("slow", "bloat", "locks", "connections", "sizes", "vacuum", "settings")) {
            assertThat(insight(report).json().textAt("report")).hasValue(report);
            assertThat(sepulki.run("insight", report).orFail().err()).isEmpty();
        }
        assertThat(sepulki.run(
                                "insight",
                                "explain",
                                "main",
                                "--set",
                                "enable_seqscan=off",
                                "SELECT * FROM robots WHERE serial = $1")
                        .orFail()
                        .out())
                .contains("robots_serial_key")
                .contains("for any values of its parameters");
        assertThat(sepulki.run(
                                "insight",
                                "explain",
                                "main/sepulki",
                                "--analyze",
                                "--set",
                                "sepulki.person_id=1",
                                "TABLE fleet_overview")
                        .orFail()
                        .out())
                .contains("as role app");
        assertThat(sepulki.run("insight", "explain", "main").err()).contains("HF3301");
        assertThat(sepulki.run("insight", "indices").err()).contains("HF3550").contains("Did you mean 'indexes'?");
        assertThat(sepulki.run("insight", "main").orFail().out()).contains("main: ");
    }

    @Test
    @Order(5)
    void itsHealthIsJsonOnTheDaemonsInterface() {
        Client client = Client.at(installation.home().resolve("run/daemon.sock"));
        Answer services = client.get(Client.path("/v1/stacks/{}/insight", "sepulki"), PATIENCE);
        assertThat(Json.parse(services.body()).itemsAt("services").getFirst().textAt("service"))
                .hasValue("main");
        Answer health =
                client.get(Client.path("/v1/stacks/{}/insight/{}", "sepulki", "main") + "?thing=sepulki", PATIENCE);
        Json findings = Json.parse(health.body());
        assertThat(health.status()).as(health.body()).isEqualTo(200);
        assertThat(findings.longAt("critical")).hasValue(0L);
        assertThat(findings.itemsAt("findings")).allSatisfy(finding -> {
            assertThat(finding.textAt("remedy")).isPresent();
            assertThat(finding.textAt("report")).isPresent();
        });
        Answer none = client.get(Client.path("/v1/stacks/{}/insight/{}", "sepulki", "main-pooler"), PATIENCE);
        assertThat(none.status()).as(none.body()).isEqualTo(501);
    }

    private static Outcome insight(String report) {
        return sepulki.run("insight", report, "main/sepulki", "--output", "json")
                .orFail();
    }

    private static String sql(String role, String statement) {
        return run(role, statement).orFail().out().strip();
    }

    private static String refused(String role, String statement) {
        Outcome outcome = run(role, statement);
        assertThat(outcome.status()).as(outcome.out()).isNotZero();
        return outcome.err();
    }

    private static Outcome run(String role, String statement) {
        return sepulki.run("connect", "main", "--role", role, "--", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement);
    }
}
