package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Health;
import dev.holdfast.proof.Await;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.Trust;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Prometheus and Alertmanager over all of the starter stack, every engine and exporter real. One set, in order. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class PrometheusTest {
    private static final String SERVER = "metrics-0";
    private static final String ALERTS = "metrics-alerts";
    private static final Programs CURL = new Programs.Debian(List.of("curl"));
    private static final Programs PROMTOOL = new Programs.Debian(List.of("promtool"));

    /** A metric's name is what stands before the braces that name the service. */
    private static final Pattern METRIC = Pattern.compile("([a-z_]+)\\{service=");

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() throws IOException {
        // the exporter of PostgreSQL takes a second to say that its server is down, and an answer may take as long as
        // this
        String often =
                AlertRulesTest.starter().replace("engine: prometheus\n", "engine: prometheus\n      every: 2s\n");
        stack = new RealStack(folder, often);
        stack.workloads().forEach(stack::start);
        for (String service : List.of("main", "cache", "objects")) {
            assertThat(ready(service, service + "-0")).isInstanceOf(Health.Ready.class);
            stack.facets(service).apply(stack.facets(service).changes(stack), stack);
        }
        assertThat(ready("metrics", SERVER)).isInstanceOf(Health.Ready.class);
        assertThat(ready("metrics", ALERTS)).isInstanceOf(Health.Ready.class);
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void everyTargetOfTheStarterIsUp() {
        Map<String, String> all = new TreeMap<>(Map.of(
                "main/postgres", "1",
                "main-pooler/pgbouncer", "1",
                "cache/redis", "1",
                "objects/s3", "1",
                "metrics/prometheus", "1",
                "metrics/alertmanager", "1"));
        await("every target is up", () -> values("up", "service", "job").equals(all), () -> targets());
        for (String up : List.of("pg_up", "pgbouncer_up", "redis_up")) {
            await(up, () -> values(up, "service").containsValue("1"), () -> values(up, "service") + "");
        }
        assertThat(stack.facets("metrics").probe(SERVER, stack).because()).matches("6 targets up, [0-9]+ rules loaded");
    }

    @Test
    @Order(2)
    void everyMetricThatARuleAsksForIsThere() {
        Set<String> asked = new TreeSet<>();
        for (AlertRules rules : stack.alerts()) {
            Matcher metrics = METRIC.matcher(rules.yaml());
            while (metrics.find()) {
                asked.add(metrics.group(1));
            }
        }
        // the starter has no time series, and one server of each kind
        asked.removeAll(Set.of(
                "holdfast_series_seconds",
                "redis_cluster_state",
                "redis_master_link_up",
                "redis_sentinel_master_ckquorum_status"));
        await(
                "every metric of the rules is collected",
                () -> missing(asked).isEmpty(),
                () -> "missing: " + missing(asked));
    }

    @Test
    @Order(3)
    void anExportersPageIsShownToWhoHasACertificateOfTheStackAndToNobodyElse() {
        for (String exporter : List.of("main-exporter", "main-pooler-exporter", "cache-exporter")) {
            String url = "https://" + stack.outside(exporter, "metrics") + "/metrics";
            assertThat(curl("--cacert", "/tmp/none", url)).as(exporter).doesNotStartWith("0\n");
            assertThat(curl("--cacert", "/tls/ca.crt", url)).as(exporter).doesNotStartWith("0\n");
            assertThat(curl("--cacert", "/tls/ca.crt", "--cert", "/tls/server.crt", "--key", "/tls/server.key", url))
                    .as(exporter)
                    .startsWith("0\n# HELP");
        }
    }

    @Test
    @Order(4)
    void promtoolAndAmtoolFindNothingWrong() {
        Workload server = workload(SERVER);
        assertThat(stack.run(
                        server,
                        PROMTOOL,
                        List.of("/usr/bin/promtool", "check", "config", "/config/prometheus.yml"),
                        Map.of()))
                .startsWith("0\n")
                .contains("SUCCESS: 5 rule files found", "is valid prometheus config file syntax")
                .doesNotContain("FAILED");
        for (String member : List.of(SERVER, ALERTS)) {
            assertThat(stack.run(
                            workload(member),
                            PROMTOOL,
                            List.of("/usr/bin/promtool", "check", "web-config", "/config/web.yml"),
                            Map.of()))
                    .startsWith("0\n")
                    .contains("SUCCESS");
        }
        assertThat(stack.run(
                        workload(ALERTS),
                        List.of("/usr/bin/amtool", "check-config", "/config/alertmanager.yml"),
                        Map.of()))
                .startsWith("0\n")
                .contains("SUCCESS");
    }

    @Test
    @Order(5)
    void theStackIsAsTheFileSays() {
        for (String service : List.of("main", "cache", "objects", "metrics")) {
            assertThat(stack.facets(service).changes(stack)).isEmpty();
        }
        assertThat(json("/api/v1/alertmanagers").at("data").orElseThrow().itemsAt("activeAlertmanagers"))
                .hasSize(1);
        Json flags = json("/api/v1/status/flags").at("data").orElseThrow();
        assertThat(flags.textAt("storage.tsdb.retention.size")).contains("1GiB614MiB");
        assertThat(flags.textAt("storage.tsdb.retention.time")).contains("15d");
        assertThat(flags.textAt("query.max-concurrency")).contains("4");
        Json runtime = json("/api/v1/status/runtimeinfo").at("data").orElseThrow();
        assertThat(runtime.longAt("GOMAXPROCS")).contains(1L);
        assertThat(runtime.longAt("GOMEMLIMIT")).contains(204L << 20);
    }

    @Test
    @Order(6)
    void aWrongPasswordAndAPlainConnectionAreRefused() {
        for (String member : List.of(SERVER, ALERTS)) {
            Address address = stack.outside(member, member.equals(SERVER) ? "prometheus" : "alertmanager");
            Health refused =
                    stack.facets("metrics").probe(member, new Otherwise(stack, new SecretRef("metrics", "holdfast")));
            assertThat(refused)
                    .isEqualTo(new Health.NotReady(
                            address + " refuses the password of user 'holdfast'",
                            "Run `holdfast apply`, which writes the accounts' file again."));
            assertThat(curl("http://" + address + "/")).contains("Client sent an HTTP request to an HTTPS server");
        }
    }

    @Test
    @Order(7)
    void anExpiredCertificateIsToldAndARenewedOneShownWithoutARestart() {
        Workload server = workload(SERVER);
        Address address = stack.outside(SERVER, "prometheus");
        stack.expire(server);
        assertThat(stack.anew().facets("metrics").probe(SERVER, stack))
                .isEqualTo(new Health.NotReady(
                        "the certificate shown at " + address + " has expired",
                        "Run `holdfast restart metrics`, which issues a new one."));
        String renewed = Leaf.of(stack.renew(server));
        stack.reload(server);
        await(
                "the new certificate is shown",
                () -> Leaf.shownAt(address, stack.authorityFile()).equals(renewed),
                () -> "");
    }

    @Test
    @Order(8)
    void anExporterTakesNoServerWhoseCertificateNamesAnother() {
        Workload exporter = workload("main-exporter");
        stack.misname(workload("main-0"));
        stack.signal("main-0", 1);
        stack.stop("main-exporter");
        stack.start(exporter);
        await("pg_up is 0", () -> "0".equals(values("pg_up", "service").get("main")), () -> stack.log("main-exporter"));
        stack.renew(workload("main-0"));
        stack.signal("main-0", 1);
        await(
                "pg_up is 1 again",
                () -> "1".equals(values("pg_up", "service").get("main")),
                () -> stack.log("main-exporter"));
    }

    @Test
    @Order(9)
    void whatStopsIsNoticedByItsRule() {
        for (String member : List.of("cache-0", "objects-0", "main-pooler", "main-0")) {
            stack.stop(member);
        }
        Set<String> expected = Set.of("RedisDown", "ObjectStoreDown", "PgBouncerDown", "PostgresDown", "TargetDown");
        await("every stopped engine has its alert", () -> alerts().containsAll(expected), () -> alerts() + "");
        String evidence = stack.facets("metrics").probe(SERVER, stack).because();
        assertThat(evidence).contains("5 targets up, 1 down: objects-0 (");
    }

    @Test
    @Order(10)
    void noPasswordIsInALogOrAnArgument() {
        for (Workload workload : stack.workloads()) {
            for (String user : List.of("holdfast", "viewer")) {
                String password = stack.secret(new SecretRef("metrics", user)).reveal();
                assertThat(stack.log(workload.member().name())).doesNotContain(password);
                assertThat(workload.command()).noneMatch(word -> word.contains(password));
            }
        }
    }

    private static Workload workload(String member) {
        return stack.workloads().stream()
                .filter(workload -> workload.member().name().equals(member))
                .findFirst()
                .orElseThrow();
    }

    private static Health ready(String service, String member) {
        return stack.facets(service).ready(member, stack, Duration.ofSeconds(40));
    }

    private static void await(String what, BooleanSupplier condition, Supplier<String> otherwise) {
        Await.until(what, Duration.ofSeconds(20), condition, otherwise);
    }

    private static String curl(String... words) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/curl", "--silent", "--show-error"));
        command.addAll(List.of(words));
        return stack.run(workload(SERVER), CURL, command, Map.of());
    }

    private static Set<String> missing(Set<String> asked) {
        Set<String> missing = new TreeSet<>(asked);
        for (Json name : json("/api/v1/label/__name__/values").itemsAt("data")) {
            if (name instanceof Json.Text(String text)) {
                missing.remove(text);
            }
        }
        return missing;
    }

    private static Set<String> alerts() {
        Set<String> names = new TreeSet<>();
        for (Json alert : json("/api/v1/alerts").at("data").orElseThrow().itemsAt("alerts")) {
            alert.at("labels").flatMap(labels -> labels.textAt("alertname")).ifPresent(names::add);
        }
        return names;
    }

    private static String targets() {
        return json("/api/v1/targets?state=active").pretty();
    }

    /** The value of each series, by the labels that are asked for. */
    private static Map<String, String> values(String query, String... labels) {
        Json answer = json("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        Map<String, String> values = new TreeMap<>();
        for (Json series : answer.at("data").orElseThrow().itemsAt("result")) {
            Json metric = series.at("metric").orElseThrow();
            List<String> key = new ArrayList<>();
            for (String label : labels) {
                key.add(metric.textAt(label).orElse("?"));
            }
            if (series.itemsAt("value").getLast() instanceof Json.Text(String value)) {
                values.put(String.join("/", key), value);
            }
        }
        return values;
    }

    private static Json json(String path) {
        return Json.parse(ask(path));
    }

    /** As a person's browser asks, with the URL that the engine gives. */
    private static String ask(String path) {
        URI base = URI.create(stack.facets("metrics").variables("viewer", stack).get("PROMETHEUS_URL"));
        String account = Base64.getEncoder().encodeToString(base.getUserInfo().getBytes(StandardCharsets.UTF_8));
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(Trust.in(Files.readString(Path.of(stack.authorityFile())))
                        .context())
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("https://" + base.getHost() + ":" + base.getPort() + path))
                    .header("Authorization", "Basic " + account)
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
