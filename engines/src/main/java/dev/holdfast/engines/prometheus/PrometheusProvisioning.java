package dev.holdfast.engines.prometheus;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Support;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Prometheus and Alertmanager side by side, both behind TLS and a password. */
final class PrometheusProvisioning implements Provisioning<PrometheusSpec> {
    static final String SERVER = "prometheus";
    static final String ALERTS = "alertmanager";

    private static final String NOBODY = "65534:65534";
    private static final Workload.Stop STOP = new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(30));

    private final PrometheusSizing sizing;

    PrometheusProvisioning(PrometheusSizing sizing) {
        this.sizing = sizing;
    }

    static String server(Service<PrometheusSpec> service) {
        return service.name() + "-0";
    }

    static String alerts(Service<PrometheusSpec> service) {
        return service.name() + "-alerts";
    }

    @Override
    public Support<Cutting<PrometheusSpec>> cutting() {
        return Support.offered(new PrometheusCutting());
    }

    @Override
    public List<Member> members(Service<PrometheusSpec> service) {
        return List.of(
                new Member(server(service), service.name(), "server", List.of(new Port(SERVER, 9090))),
                new Member(alerts(service), service.name(), "alertmanager", List.of(new Port(ALERTS, 9093))));
    }

    @Override
    public List<Workload> workloads(Service<PrometheusSpec> service, Context context) {
        return List.of(serverWorkload(service, context), alertsWorkload(service, context));
    }

    private Workload serverWorkload(Service<PrometheusSpec> service, Context context) {
        Address listen = context.listen(server(service), SERVER);
        List<String> flags = List.of(
                "--config.file=/config/prometheus.yml",
                "--web.config.file=/config/web.yml",
                "--web.listen-address=" + listen,
                "--web.external-url=https://" + context.outside(server(service), SERVER),
                "--web.route-prefix=/",
                "--storage.tsdb.path=/data/metrics",
                flag(service, PrometheusSizing.TIME),
                flag(service, PrometheusSizing.SIZE),
                flag(service, PrometheusSizing.QUERIES));
        List<ConfigurationFile> files = new ArrayList<>(files(service, context));
        files.add(plain("prometheus.yml", PrometheusConfiguration.main(service, context)));
        PrometheusConfiguration.rules(service, context).forEach((name, text) -> files.add(plain(name, text)));
        SortedMap<String, String> environment = new TreeMap<>(Map.of(
                PrometheusSizing.MEMORY, sizing.value(service, PrometheusSizing.MEMORY),
                PrometheusSizing.PROCESSORS, sizing.value(service, PrometheusSizing.PROCESSORS)));
        return workload(
                service,
                0,
                new Programs.Debian(List.of("prometheus")),
                new Container(
                                "docker.io/prom/prometheus:v2.53.3",
                                flags,
                                environment,
                                List.of(
                                        "promtool",
                                        "check",
                                        "ready",
                                        "--url=https://localhost:" + listen.port(),
                                        "--http.config.file=/config/tools.yml"))
                        .withUser(NOBODY),
                command("/usr/bin/prometheus", flags),
                environment,
                files);
    }

    private Workload alertsWorkload(Service<PrometheusSpec> service, Context context) {
        Address listen = context.listen(alerts(service), ALERTS);
        List<String> flags = List.of(
                "--config.file=/config/alertmanager.yml",
                "--web.config.file=/config/web.yml",
                "--web.listen-address=" + listen,
                "--web.external-url=https://" + context.outside(alerts(service), ALERTS),
                "--web.route-prefix=/",
                // one Alertmanager talks to no other, and so opens no port for it
                "--cluster.listen-address=",
                "--storage.path=/data/alertmanager");
        List<ConfigurationFile> files = new ArrayList<>(files(service, context));
        files.add(plain("alertmanager.yml", PrometheusConfiguration.alertmanager()));
        SortedMap<String, String> environment = new TreeMap<>(Map.of(PrometheusSizing.PROCESSORS, "1"));
        return workload(
                service,
                1,
                new Programs.Debian(List.of("prometheus-alertmanager")),
                new Container(
                                "docker.io/prom/alertmanager:v0.28.1",
                                flags,
                                environment,
                                List.of(
                                        "amtool",
                                        "config",
                                        "show",
                                        "--alertmanager.url=https://localhost:" + listen.port(),
                                        "--http.config.file=/config/tools.yml"))
                        .withUser(NOBODY),
                command("/usr/bin/prometheus-alertmanager", flags),
                environment,
                files);
    }

    private Workload workload(
            Service<PrometheusSpec> service,
            int member,
            Programs programs,
            Container container,
            List<String> command,
            SortedMap<String, String> environment,
            List<ConfigurationFile> files) {
        return new Workload(
                members(service).get(member),
                programs,
                container,
                command,
                environment,
                files,
                List.of(new Workload.SecretFile(
                        PrometheusAccess.ADMINISTRATOR, new SecretRef(service.name(), PrometheusAccess.ADMINISTRATOR))),
                true,
                Optional.empty(),
                Set.of(),
                STOP,
                Workload.Reload.SIGHUP);
    }

    private static List<ConfigurationFile> files(Service<PrometheusSpec> service, Context context) {
        return List.of(
                new ConfigurationFile(
                        "web.yml",
                        new Content.Confidential(PrometheusConfiguration.web(service, context), Setting.Effect.RELOAD)),
                plain("tools.yml", PrometheusConfiguration.tools()));
    }

    private String flag(Service<PrometheusSpec> service, String key) {
        return "--" + key + "=" + sizing.value(service, key);
    }

    private static ConfigurationFile plain(String name, String text) {
        return new ConfigurationFile(name, new Content.Plain(text, Setting.Effect.RELOAD));
    }

    private static List<String> command(String program, List<String> flags) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(flags);
        return command;
    }
}
