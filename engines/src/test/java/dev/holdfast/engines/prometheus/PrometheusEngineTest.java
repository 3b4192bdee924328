package dev.holdfast.engines.prometheus;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engines.Engines;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.testing.EngineContract;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class PrometheusEngineTest extends EngineContract {
    private final PrometheusEngine engine = new PrometheusEngine();

    @Override
    protected Engine<?> engine() {
        return engine;
    }

    @Override
    protected Register register() {
        return Engines.register();
    }

    @Override
    protected String services() {
        return """
                main:
                  engine: postgres
                  extensions: [vector, pg_stat_statements, pg_cron, pgaudit, pg_partman, timescaledb]
                  pooler: { mode: transaction, clients: 200, servers: 20 }
                  databases: { shop: { extensions: [pg_trgm] }, other: {} }
                  roles:
                    migrator: { can: [ddl] }
                    app: { can: [read, write], through: pooler }
                    reader: { can: [read], databases: [shop] }

                cache: { engine: redis, queues: [jobs] }
                objects: { engine: s3 }
                metrics: { engine: prometheus, every: 30s, keep: 7d }
                """;
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        Service<PrometheusSpec> service = metrics(new Resources(new Cpu(500), Bytes.mebi(64), Bytes.mebi(100)));
        Problems problems = new Problems();
        engine.check(service, FixedContext.of(service).stack(), problems);
        assertThat(problems.all())
                .extracting(Problem::toString)
                .containsExactly(
                        "stack.yaml:1:1: service 'metrics' gives Prometheus and Alertmanager 64Mi of memory, and they"
                                + " need 128Mi [HF1621]\n  fix: Write `resources: { memory: 128Mi }` or more.",
                        "stack.yaml:1:1: service 'metrics' gives Prometheus 100Mi of storage, and its write-ahead log"
                                + " alone can need 512Mi [HF1621]\n  fix: Write `resources: { storage: 1Gi }` or more.");
    }

    @Test
    void everyPageOfTheStackIsAJobWithItsServiceAndMember() {
        Service<PrometheusSpec> service = metrics(engine.resources());
        FixedContext plain = FixedContext.of(service);
        FixedContext context = new FixedContext(
                plain.stack(),
                plain.authorityFile(),
                7000,
                List.of(
                        new Scrape(
                                "redis",
                                "cache",
                                "cache-exporter",
                                "metrics",
                                "/metrics",
                                Map.of("__scheme__", "https")),
                        new Scrape("odd", "app", "app-0", "x", "/m\"x", Map.of("zone", "a b"))),
                List.of(new AlertRules("cache", "groups: []\n")));
        assertThat(PrometheusConfiguration.main(service, context)).isEqualTo("""
                        global:
                          scrape_interval: 15s
                          evaluation_interval: 15s
                          scrape_timeout: 10s
                          external_labels: { stack: "shop" }
                        rule_files: ["/config/rules-*.yml"]
                        alerting:
                          alertmanagers:
                            - scheme: https
                              basic_auth: { username: holdfast, password_file: /secrets/holdfast }
                              tls_config: { ca_file: /tls/ca.crt }
                              static_configs: [{ targets: ["127.0.0.1:7000"] }]
                        scrape_configs:
                          - job_name: "metrics/prometheus/metrics-0"
                            metrics_path: "/metrics"
                            scheme: https
                            basic_auth: { username: holdfast, password_file: /secrets/holdfast }
                            tls_config: { ca_file: /tls/ca.crt }
                            static_configs:
                              - targets: ["127.0.0.1:7000"]
                                labels: { job: "prometheus", member: "metrics-0", service: "metrics" }
                          - job_name: "metrics/alertmanager/metrics-alerts"
                            metrics_path: "/metrics"
                            scheme: https
                            basic_auth: { username: holdfast, password_file: /secrets/holdfast }
                            tls_config: { ca_file: /tls/ca.crt }
                            static_configs:
                              - targets: ["127.0.0.1:7000"]
                                labels: { job: "alertmanager", member: "metrics-alerts", service: "metrics" }
                          - job_name: "app/odd/app-0"
                            metrics_path: "/m\\"x"
                            static_configs:
                              - targets: ["127.0.0.1:7000"]
                                labels: { job: "odd", member: "app-0", service: "app", zone: "a b" }
                          - job_name: "cache/redis/cache-exporter"
                            metrics_path: "/metrics"
                            scheme: https
                            tls_config: { ca_file: /tls/ca.crt, cert_file: /tls/server.crt, key_file: /tls/server.key }
                            static_configs:
                              - targets: ["127.0.0.1:7000"]
                                labels: { job: "redis", member: "cache-exporter", service: "cache" }
                        """);
        assertThat(workloads(service, context).getFirst().files())
                .extracting(ConfigurationFile::name)
                .containsExactly("web.yml", "tools.yml", "prometheus.yml", "rules-cache.yml", "rules-metrics.yml");
    }

    @Test
    void passwordsAreHashedTheSameEveryTimeAndShownNowhere() {
        Service<PrometheusSpec> service = metrics(engine.resources());
        FixedContext context = FixedContext.of(service);
        String hash = PrometheusConfiguration.hash(new Redacted("word"), new Redacted("salt"));
        assertThat(hash).isEqualTo(PrometheusConfiguration.hash(new Redacted("word"), new Redacted("salt")));
        assertThat(OpenBSDBCrypt.checkPassword(hash, "word".toCharArray())).isTrue();
        assertThat(workloads(service, context)).isEqualTo(workloads(service, context));
        assertThat(workloads(service, context).toString()).doesNotContain("secret of");
    }

    @Test
    void flagsFollowFromResources() {
        assertThat(sized(500, 512, 5 * 1024)).containsExactly("4096MB", "1296000s", "4", "409MiB", "1");
        assertThat(sized(8000, 4096, 100 * 1024)).containsExactly("81920MB", "1296000s", "20", "3276MiB", "8");
    }

    @Test
    void aTargetThatIsDownIsEvidenceAndNoRulesIsNotReady() {
        Json targets = Json.parse("{\"data\":{\"activeTargets\":[{\"health\":\"up\",\"labels\":{\"member\":\"a-0\"}},"
                + "{\"health\":\"down\",\"lastError\":\"refused\",\"labels\":{\"member\":\"b-0\"}},"
                + "{\"health\":\"unknown\",\"labels\":{\"member\":\"c-0\"}}]}}");
        Json rules = Json.parse("{\"data\":{\"groups\":[{\"rules\":[{\"name\":\"R\",\"health\":\"ok\"},"
                + "{\"name\":\"S\",\"health\":\"err\",\"lastError\":\"bad\"}]}]}}");
        assertThat(PrometheusObservation.health("metrics", targets, rules))
                .isEqualTo(new dev.holdfast.engine.Health.Ready(
                        "1 targets up, 1 not asked yet, 1 down: b-0 (refused), 2 rules loaded, failing: S: bad"));
        Json none = Json.parse("{\"data\":{\"activeTargets\":[]}}");
        assertThat(PrometheusObservation.health("metrics", none, rules).because())
                .startsWith("its targets not read in yet, 2 rules loaded");
        assertThat(PrometheusObservation.health("metrics", targets, Json.parse("{\"data\":{\"groups\":[]}}")))
                .isInstanceOf(dev.holdfast.engine.Health.NotReady.class);
    }

    @Test
    void thereAreTwoAccountsAndNoThird() {
        Service<PrometheusSpec> service = metrics(engine.resources());
        assertThatThrownBy(() ->
                        engine.access().orRefuse().variables(service, Optional.of("root"), FixedContext.of(service)))
                .hasMessage("service 'metrics' has no role 'root' [HF1605]\n  fix: Name one of: holdfast, viewer.");
    }

    private List<String> sized(long millis, long memory, long storage) {
        Resources resources = new Resources(new Cpu(millis), Bytes.mebi(memory), Bytes.mebi(storage));
        return engine.sizing().orRefuse().settings(metrics(resources)).stream()
                .map(setting -> setting.value())
                .toList();
    }

    private List<Workload> workloads(Service<PrometheusSpec> service, FixedContext context) {
        return engine.provisioning().workloads(service, context);
    }

    private Service<PrometheusSpec> metrics(Resources resources) {
        return FixedContext.service(
                engine, "metrics", new PrometheusSpec(Duration.ofSeconds(15), Duration.ofDays(15)), resources);
    }
}
