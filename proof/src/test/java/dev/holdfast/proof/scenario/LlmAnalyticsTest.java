package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
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

/** What language models do, cost and break: the stack comes up, keeps its time series and answers who asks. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class LlmAnalyticsTest {
    private static Installation installation;
    private static RunningStack stack;

    @BeforeAll
    static void bringItUp() throws IOException {
        installation = Places.installation("llm");
        Path folder = Places.folder(installation, "llm");
        Path source = Places.root().resolve("stacks/llm-analytics");
        Files.createDirectories(folder.resolve("sql"));
        try (Stream<Path> files = Files.list(source.resolve("sql"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve("sql").resolve(file.getFileName()));
            }
        }
        stack = RunningStack.up(installation, folder, "llm", Files.readString(source.resolve("stack.yaml")));
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
    }

    @Test
    @Order(1)
    void itsFilesAndItsDeclarationMakeTheSchemaTogether() {
        Json plan = stack.run("plan", "--output", "json").json();
        assertThat(plan.itemsAt("changes")).as(plan.pretty()).isEmpty();
        assertThat(plan.itemsAt("notes").stream().map(Json::compact))
                .anySatisfy(
                        note -> assertThat(note)
                                .contains(
                                        "chunks of llm.llm_requests are not compressed: partitions of PostgreSQL have no compression"));
        assertThat(sql("holdfast", """
                SELECT count(*) FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
                 WHERE p.partdefid <> 0 AND (SELECT count(*) FROM pg_inherits WHERE inhparent = c.oid) >= 9
                """))
                .as("tables with partitions ahead and a place for the rest")
                .isEqualTo("6");
        assertThat(sql("holdfast", "SELECT count(*) FROM cron.job WHERE username = 'migrator'"))
                .isEqualTo("4");
    }

    @Test
    @Order(2)
    void whatIsReportedIsCountedOnceAndShownToThoseWhoMay() {
        sql("migrator", """
                INSERT INTO llm.models (model, provider, prompt_price, completion_price, latency_budget_ms) VALUES
                  ('small-1', 'acme', 0.25, 1.25, 2000), ('large-2', 'acme', 3, 15, 9000)
                """);
        String report = """
                SELECT count(*) FILTER (WHERE llm.record_request(
                  ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, CASE i %% 3 WHEN 0 THEN 'large-2' ELSE 'small-1' END,
                  'chat', CASE i %% 2 WHEN 0 THEN 'search' ELSE 'support' END,
                  (CASE WHEN i %% 3 = 0 AND i %% 2 = 0 THEN 'timeout' ELSE 'ok' END)::llm.request_status, 100 + i, 1000, i,
                  date_trunc('minute', now()) - interval '5 min' * i))
                  FROM generate_series(1, %d) i
                """.formatted(400);
        assertThat(sql("ingest", report)).isEqualTo("400");
        assertThat(sql(
                        "ingest",
                        "SELECT llm.record_request(id, model, application, 'search', status, latency_ms, prompt_tokens,"
                                + " completion_tokens, requested_at) FROM llm.llm_requests LIMIT 1"))
                .as("sent twice")
                .isEqualTo("f");
        assertThat(refused(
                        "ingest", "SELECT llm.record_request(gen_random_uuid(), 'larg-2', 'chat', 'search', 'ok', 1)"))
                .contains("there is no model larg-2");
        assertThat(sql("dashboard", "SELECT sum(requests) || ' ' || sum(errors) FROM reports.error_rate_by_model"))
                .isEqualTo("400 66");
        assertThat(refused("dashboard", "SELECT FROM llm.llm_requests")).contains("permission denied");
        assertThat(refused("ingest", "SELECT FROM reports.daily_cost_summary")).contains("permission denied");
        assertThat(
                        sql(
                                "analyst",
                                "SELECT sum(cost) = (SELECT sum(amount) FROM llm.cost_tracking) FROM reports.daily_cost_summary"))
                .isEqualTo("t");
        assertThat(sql("analyst", """
                SELECT count(*) FROM (SELECT bucket, model, application, requests, failed, most_latency_ms FROM reports.hourly_request_stats
                 EXCEPT ALL SELECT date_bin('1 hour', requested_at, '2000-01-03'), model, application, count(*),
                   count(*) FILTER (WHERE status <> 'ok'), max(latency_ms) FROM llm.llm_requests GROUP BY 1, 2, 3) d
                """)).isEqualTo("0");
    }

    @Test
    @Order(3)
    void itsHealthIsToldTheWorstFirst() {
        sql(
                "ingest",
                "INSERT INTO ops.system_events (component, severity, message) VALUES ('gateway', 'critical', 'no upstream answers')");
        List<String> lines = sql("analyst", "SELECT concern, state, evidence FROM ops.system_health_check()")
                .lines()
                .toList();
        assertThat(lines.getFirst())
                .startsWith("errors of large-2|critical|")
                .endsWith("requests failed in the last hour");
        assertThat(lines.get(1))
                .isEqualTo("events of gateway|critical|1 critical in the last hour, the last: no upstream answers");
        assertThat(lines).anyMatch(line -> line.startsWith("latency of small-1|ok|"));
    }

    @Test
    @Order(4)
    void itsJobsRunAndInsightTellsOfThem() {
        Await.until(
                "pg_cron brought an aggregate up to date",
                Duration.ofSeconds(130),
                () -> sql(
                                "holdfast",
                                "SELECT count(*) > 0 FROM holdfast_series.aggregates WHERE refreshed_at IS NOT NULL")
                        .equals("t"),
                () -> stack.run("insight", "series", "main").out());
        Outcome series = stack.run("insight", "series", "main").orFail();
        assertThat(series.out())
                .contains("llm.llm_requests")
                .contains("reports.error_rate_by_model")
                .contains("holdfast series analytics keep");
        assertThat(stack.run("status").orFail().out()).contains("ready");
    }

    private static String refused(String role, String statement) {
        Outcome outcome = psql(role, statement);
        assertThat(outcome.status()).as(outcome.out()).isNotZero();
        return outcome.err();
    }

    private static String sql(String role, String statement) {
        return psql(role, statement).orFail().out().strip();
    }

    private static Outcome psql(String role, String statement) {
        return stack.run(
                "connect",
                "main",
                "--role",
                role,
                "--",
                "-d",
                "analytics",
                "-v",
                "ON_ERROR_STOP=1",
                "-At",
                "-c",
                statement);
    }
}
