package dev.holdfast.engines.neo4j;

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
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One server, a Java process of its own: its licence is the GPL, and nothing of it is on Holdfast's class path. */
final class Neo4jProvisioning implements Provisioning<Neo4jSpec> {
    static final String BOLT = "bolt";
    static final String HTTPS = "https";
    static final String VERSION = "5.26.30";

    /** The images of patch releases are not all published; this one is, and reads the same settings. */
    private static final String IMAGE = "docker.io/library/neo4j:" + VERSION;

    private static final String MAIN = "org.neo4j.server.CommunityEntryPoint";
    private static final String LOGINS = "auth.ini";

    /** Read by a server that has no users yet, and by no other. */
    private static final String FIRST =
            "mkdir -p /data/data/dbms && cp /config/" + LOGINS + " /data/data/dbms/" + LOGINS;

    private static final String LOGGING = """
            <Configuration status="ERROR">
              <Appenders>
                <Console name="out" target="SYSTEM_OUT"><PatternLayout pattern="%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %p %m%n"/></Console>
              </Appenders>
              <Loggers><Root level="INFO"><AppenderRef ref="out"/></Root></Loggers>
            </Configuration>
            """;

    private final Neo4jSizing sizing;
    private final Parameters parameters;

    Neo4jProvisioning(Neo4jSizing sizing, Parameters parameters) {
        this.sizing = sizing;
        this.parameters = parameters;
    }

    static String member(Service<Neo4jSpec> service) {
        return service.name() + "-0";
    }

    @Override
    public List<Member> members(Service<Neo4jSpec> service) {
        return List.of(new Member(
                member(service), service.name(), "server", List.of(new Port(BOLT, 7687), new Port(HTTPS, 7473))));
    }

    @Override
    public Support<Cutting<Neo4jSpec>> cutting() {
        return Support.offered(new Neo4jCutting());
    }

    @Override
    public List<Workload> workloads(Service<Neo4jSpec> service, Context context) {
        String heap = Neo4jSizing.heap(service);
        List<String> command = List.of(
                "/java/bin/java",
                "-Xms" + heap,
                "-Xmx" + heap,
                "-XX:+UseG1GC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/java.io=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                "/app/*",
                MAIN,
                "--home-dir=/data",
                "--config-dir=/config",
                // otherwise it closes its outputs
                "--console-mode");
        boolean isEnterprise = service.settings().edition() == Neo4jSpec.Edition.ENTERPRISE;
        TreeMap<String, String> environment = new TreeMap<>(Map.of("NEO4J_CONF", "/config"));
        if (isEnterprise) {
            environment.put("NEO4J_ACCEPT_LICENSE_AGREEMENT", "yes");
        }
        return List.of(new Workload(
                members(service).getFirst(),
                isEnterprise
                        ? new Programs.Elsewhere(
                                "Neo4j Enterprise",
                                "its licence does not let Holdfast fetch it",
                                "Write `edition: community` for this environment, or render the stack for a place that has the"
                                        + " licence, as with `holdfast render compose`.")
                        : new Programs.Maven("org.neo4j:neo4j", VERSION, List.of(), Map.of()),
                new Container(
                                IMAGE + (isEnterprise ? "-enterprise" : "-community"),
                                List.of("-c", "test -d /data/data/dbms || (" + FIRST + "); exec bin/neo4j console"),
                                environment,
                                List.of(
                                        "wget",
                                        "-q",
                                        "--spider",
                                        "--ca-certificate=/tls/ca.crt",
                                        "https://localhost:"
                                                + context.listen(member(service), HTTPS)
                                                        .port() + "/"))
                        // the image's own start script writes its settings anew from the environment
                        .withEntrypoint(List.of("sh"))
                        .withUser("7474:7474"),
                command,
                new TreeMap<>(),
                List.of(
                        new ConfigurationFile(
                                "neo4j.conf", new Content.Settings(Content.Syntax.PLAIN, settings(service, context))),
                        new ConfigurationFile("user-logs.xml", new Content.Plain(LOGGING, Setting.Effect.RESTART)),
                        new ConfigurationFile(LOGINS, logins(service, context))),
                List.of(),
                true,
                Optional.of(new Workload.Initialise(List.of("/usr/bin/sh", "-c", FIRST))),
                Set.of(),
                // it writes down what it has in memory
                new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(60)),
                Workload.Reload.RESTART));
    }

    /** It is read once, so another one changes nothing in what runs. */
    private static Content logins(Service<Neo4jSpec> service, Context context) {
        return new Content.Confidential(
                Neo4jCredential.line(
                        Neo4jAccess.ADMINISTRATOR,
                        context.secret(Neo4jAccess.secret(service.name(), Neo4jAccess.ADMINISTRATOR)),
                        context.secret(new SecretRef(service.name(), "salt"))),
                Setting.Effect.RESTART);
    }

    private List<Setting> settings(Service<Neo4jSpec> service, Context context) {
        String member = member(service);
        List<Setting> settings = new ArrayList<>();
        settings.add(parameters.setting("server.directories.data", "/data/data"));
        settings.add(parameters.setting("server.directories.logs", "/data/logs"));
        settings.add(parameters.setting("server.directories.plugins", "/data/plugins"));
        settings.add(parameters.setting("server.directories.import", "/data/import"));
        settings.add(parameters.setting("server.directories.licenses", "/data/licenses"));
        settings.add(parameters.setting("server.directories.run", "/run"));
        settings.add(parameters.setting("server.logs.user.config", "/config/user-logs.xml"));
        settings.add(parameters.setting("server.bolt.enabled", "true"));
        settings.add(parameters.setting(
                "server.bolt.listen_address", context.listen(member, BOLT).toString()));
        settings.add(parameters.setting(
                "server.bolt.advertised_address", context.outside(member, BOLT).toString()));
        settings.add(parameters.setting("server.bolt.tls_level", "REQUIRED"));
        settings.add(parameters.setting("server.http.enabled", "false"));
        settings.add(parameters.setting("server.https.enabled", "true"));
        settings.add(parameters.setting(
                "server.https.listen_address", context.listen(member, HTTPS).toString()));
        settings.add(parameters.setting(
                "server.https.advertised_address",
                context.outside(member, HTTPS).toString()));
        for (String door : List.of(BOLT, HTTPS)) {
            String policy = "dbms.ssl.policy." + door + ".";
            settings.add(parameters.setting(policy + "enabled", "true"));
            settings.add(parameters.setting(policy + "base_directory", "/tls"));
            settings.add(parameters.setting(policy + "private_key", "server.key"));
            settings.add(parameters.setting(policy + "public_certificate", "server.crt"));
            settings.add(parameters.setting(policy + "client_auth", "NONE"));
        }
        settings.add(parameters.setting("dbms.security.auth_enabled", "true"));
        settings.add(parameters.setting("dbms.security.allow_csv_import_from_file_urls", "false"));
        settings.add(parameters.setting("dbms.usage_report.enabled", "false"));
        settings.add(parameters.setting("db.tx_log.preallocate", "false"));
        settings.add(parameters.setting("internal.server.bolt.thread_pool_shutdown_wait_time", "1s"));
        settings.addAll(sizing.settings(service));
        return settings;
    }
}
