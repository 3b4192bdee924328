package dev.holdfast.engines.questdb;

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
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Support;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** One server, a Java process of its own. It looks for its file below its data, where a link leads to {@code /config}. */
final class QuestDbProvisioning implements Provisioning<QuestDbSpec> {
    static final String POSTGRES = "postgres";
    static final String HTTP = "http";
    static final String METRICS = "metrics";
    static final String VERSION = "9.3.4";

    private static final String IMAGE = "docker.io/questdb/questdb:" + VERSION;
    private static final String MAIN = "io.questdb.ServerMain";
    private static final String LINKS =
            "mkdir -p /data/conf && ln -sfn /config/server.conf /config/log.conf /data/conf/";

    /** Not its usual INFO, which writes down every query. */
    private static final String LOGGING = """
            writers=stdout
            w.stdout.class=io.questdb.log.LogConsoleWriter
            w.stdout.level=ERROR,CRITICAL,ADVISORY
            """;

    private final QuestDbSizing sizing;
    private final Parameters parameters;

    QuestDbProvisioning(QuestDbSizing sizing, Parameters parameters) {
        this.sizing = sizing;
        this.parameters = parameters;
    }

    static String member(Service<QuestDbSpec> service) {
        return service.name() + "-0";
    }

    @Override
    public List<Member> members(Service<QuestDbSpec> service) {
        return List.of(new Member(
                member(service),
                service.name(),
                "server",
                List.of(new Port(POSTGRES, 8812), new Port(HTTP, 9000), new Port(METRICS, 9003))));
    }

    @Override
    public Support<Cutting<QuestDbSpec>> cutting() {
        return Support.offered(new QuestDbCutting());
    }

    @Override
    public List<Workload> workloads(Service<QuestDbSpec> service, Context context) {
        List<String> options = List.of(
                QuestDbSizing.HEAP + value(service, QuestDbSizing.HEAP),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:ErrorFile=/dev/stderr",
                "--sun-misc-unsafe-memory-access=allow");
        List<String> command = new ArrayList<>(List.of("/java/bin/java"));
        command.addAll(options);
        // a class archive that does not fit is no news
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr", "--enable-native-access=ALL-UNNAMED"));
        // -n: SIGHUP is nobody's wish here
        command.addAll(List.of("-cp", "/app/*", MAIN, "-d", "/data", "-n"));
        String contained = LINKS + " && exec /app/bin/java " + String.join(" ", options)
                + " --enable-native-access=io.questdb,ALL-UNNAMED -m io.questdb/" + MAIN + " -d /data -n";
        Address metrics = context.listen(member(service), METRICS);
        return List.of(new Workload(
                members(service).getFirst(),
                new Programs.Maven("org.questdb:questdb", VERSION, List.of(), Map.of()),
                new Container(
                                IMAGE,
                                List.of("-c", contained),
                                environment(service),
                                List.of(
                                        "bash",
                                        "-c",
                                        "exec 3<>/dev/tcp/127.0.0.1/" + metrics.port()
                                                + " && printf 'GET /status HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q 200"))
                        // the image's own start script would copy files of its own to another place
                        .withEntrypoint(List.of("sh"))
                        .withUser("10001:10001"),
                command,
                environment(service),
                List.of(
                        new ConfigurationFile(
                                "server.conf", new Content.Settings(Content.Syntax.PLAIN, settings(service, context))),
                        new ConfigurationFile("log.conf", new Content.Plain(LOGGING, Setting.Effect.RESTART))),
                secrets(service),
                false,
                Optional.of(new Workload.Initialise(List.of("/usr/bin/sh", "-c", LINKS))),
                Set.of(),
                // it applies to its tables what their logs hold
                new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(30)),
                Workload.Reload.RESTART));
    }

    /** Where it finds its passwords; in its file it takes the passwords alone. */
    private static SortedMap<String, String> environment(Service<QuestDbSpec> service) {
        SortedMap<String, String> environment = new TreeMap<>();
        String file = "/secrets/" + QuestDbAccess.account(service);
        environment.put("QDB_HTTP_PASSWORD_FILE", file);
        environment.put("QDB_PG_PASSWORD_FILE", file);
        service.settings()
                .reader()
                .ifPresent(reader -> environment.put("QDB_PG_READONLY_PASSWORD_FILE", "/secrets/" + reader));
        return environment;
    }

    private static List<Workload.SecretFile> secrets(Service<QuestDbSpec> service) {
        List<Workload.SecretFile> secrets = new ArrayList<>();
        String account = QuestDbAccess.account(service);
        secrets.add(new Workload.SecretFile(account, QuestDbAccess.secret(service.name(), account)));
        service.settings()
                .reader()
                .ifPresent(reader ->
                        secrets.add(new Workload.SecretFile(reader, QuestDbAccess.secret(service.name(), reader))));
        return secrets;
    }

    private List<Setting> settings(Service<QuestDbSpec> service, Context context) {
        String member = member(service);
        String account = QuestDbAccess.account(service);
        Optional<String> reader = service.settings().reader();
        List<Setting> settings = new ArrayList<>();
        settings.add(parameters.setting("config.validation.strict", "true"));
        settings.add(parameters.setting(
                "http.net.bind.to", context.listen(member, HTTP).toString()));
        settings.add(parameters.setting(
                "http.min.net.bind.to", context.listen(member, METRICS).toString()));
        settings.add(parameters.setting(
                "pg.net.bind.to", context.listen(member, POSTGRES).toString()));
        settings.add(parameters.setting("http.user", account));
        settings.add(parameters.setting("pg.user", account));
        settings.add(parameters.setting("pg.readonly.user.enabled", Boolean.toString(reader.isPresent())));
        reader.ifPresent(name -> settings.add(parameters.setting("pg.readonly.user", name)));
        settings.add(parameters.setting("http.health.check.authentication.required", "false"));
        settings.add(parameters.setting("line.tcp.enabled", "false"));
        settings.add(parameters.setting("line.udp.enabled", "false"));
        settings.add(parameters.setting("metrics.enabled", "true"));
        settings.add(parameters.setting("telemetry.enabled", "false"));
        sizing.settings(service).stream()
                .filter(setting -> !setting.key().equals(QuestDbSizing.HEAP))
                .forEach(settings::add);
        return settings;
    }

    private String value(Service<QuestDbSpec> service, String key) {
        return sizing.settings(service).stream()
                .filter(setting -> setting.key().equals(key))
                .map(Setting::value)
                .findFirst()
                .orElseThrow();
    }
}
