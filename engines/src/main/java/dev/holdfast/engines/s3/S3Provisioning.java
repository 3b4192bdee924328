package dev.holdfast.engines.s3;

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
import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Support;
import dev.holdfast.secret.Redacted;
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

/**
 * S3Proxy as a process of its own. It takes one properties file an account and refuses files that differ in anything but
 * account and backend, so every file says the whole.
 */
final class S3Provisioning implements Provisioning<S3Spec> {
    static final String PORT = "s3";
    static final String VERSION = "4.1.0";
    /** The images of patch releases are not all published; this one is, and reads the same properties. */
    private static final String IMAGE = "docker.io/andrewgaul/s3proxy:4.1.1";

    private static final String MAIN = "org.gaul.s3proxy.Main";

    /** The stores of other clouds, which the file store never loads: without them 79 jars instead of 152. */
    private static final List<String> EXCLUDES = List.of(
            "com.azure:azure-core-http-jdk-httpclient",
            "com.azure:azure-identity",
            "com.azure:azure-storage-blob",
            "com.azure:azure-storage-blob-batch",
            "com.github.openstack4j.core.connectors:openstack4j-okhttp",
            "com.github.openstack4j.core:openstack4j-core",
            "com.google.cloud:google-cloud-storage",
            "io.grpc:grpc-context",
            "org.apache.sshd:sshd-sftp",
            "software.amazon.awssdk:netty-nio-client",
            "software.amazon.awssdk:sts",
            "software.amazon.awssdk:url-connection-client");

    /** Resolved by itself Maven takes an annotations jar older than the databind that needs it (JsonSerializeAs). */
    private static final Map<String, String> PINS = Map.of("com.fasterxml.jackson.core:jackson-annotations", "2.22");

    private static final Programs.ClassList CLASSES = new Programs.ClassList(S3Provisioning.class, "classes.list.gz");

    /** Errors only: S3Proxy's lower levels show requests, and with them signatures. */
    private static final String LOGGING = """
            <configuration>
              <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %level %logger{0} %msg%n</pattern></encoder>
              </appender>
              <logger name="org.gaul.s3proxy.Main" level="INFO"/>
              <root level="WARN"><appender-ref ref="OUT"/></root>
            </configuration>
            """;

    private final S3Sizing sizing;
    private final Parameters parameters;

    S3Provisioning(S3Sizing sizing, Parameters parameters) {
        this.sizing = sizing;
        this.parameters = parameters;
    }

    static String member(Service<S3Spec> service) {
        return service.name() + "-0";
    }

    @Override
    public Support<Sleeping<S3Spec>> sleeping(Service<S3Spec> service) {
        return Support.offered(new S3Sleeping());
    }

    @Override
    public Support<Cutting<S3Spec>> cutting() {
        return Support.offered(new Cutting<>() {});
    }

    @Override
    public List<Member> members(Service<S3Spec> service) {
        return List.of(new Member(member(service), service.name(), "server", List.of(new Port(PORT, 9443))));
    }

    @Override
    public List<Workload> workloads(Service<S3Spec> service, Context context) {
        Address listen = context.listen(member(service), PORT);
        List<ConfigurationFile> files = new ArrayList<>();
        files.add(new ConfigurationFile("logback.xml", new Content.Plain(LOGGING, Setting.Effect.RESTART)));
        List<String> accounts = new ArrayList<>();
        account(service, S3Access.ADMINISTRATOR, true, listen, context, files, accounts);
        // also where nobody keeps anything here any more: what was kept is read with this account
        account(service, S3Access.KEEPER, true, listen, context, files, accounts);
        service.settings()
                .rolesInForce()
                .forEach((name, role) -> account(service, name, role.writes(), listen, context, files, accounts));
        List<String> options = List.of(
                S3Sizing.HEAP + setting(service, S3Sizing.HEAP),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dlogback.configurationFile=/config/logback.xml");
        List<String> command = new ArrayList<>(List.of("/java/bin/java"));
        command.addAll(options);
        // a class archive that does not fit is no news
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-cp", "/app/*", MAIN));
        command.addAll(accounts);
        List<String> contained = new ArrayList<>(options);
        contained.addAll(List.of("-cp", "/opt/s3proxy/s3proxy", MAIN));
        contained.addAll(accounts);
        return List.of(new Workload(
                members(service).getFirst(),
                new Programs.Maven("org.gaul:s3proxy", VERSION, EXCLUDES, PINS, Optional.of(CLASSES)),
                new Container(IMAGE, contained, new TreeMap<>(), List.of())
                        // the image's own start script knows one account only and ignores its arguments
                        .withEntrypoint(List.of("java"))
                        .withUser("64230:64230")
                        .withFolders(folders(service)),
                command,
                new TreeMap<>(),
                files,
                List.of(),
                true,
                Optional.of(new Workload.Initialise(List.of("/usr/bin/mkdir", "/data/objects"))),
                Set.of(),
                // it lets requests end that are under way
                new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(30)),
                Workload.Reload.RESTART));
    }

    private void account(
            Service<S3Spec> service,
            String role,
            boolean writes,
            Address listen,
            Context context,
            List<ConfigurationFile> files,
            List<String> accounts) {
        SecretRef secret = S3Access.secret(service.name(), role);
        SortedMap<String, String> properties = new TreeMap<>();
        properties.put("s3proxy.secure-endpoint", "https://" + listen);
        properties.put("s3proxy.authorization", "aws-v4");
        properties.put("s3proxy.identity", S3Access.key(service.name(), role));
        properties.put("s3proxy.credential", context.secret(secret).reveal());
        properties.put("s3proxy.keystore-path", "/tls/server.p12");
        properties.put("s3proxy.keystore-password", "holdfast");
        properties.put("s3proxy.metrics.enabled", "true");
        properties.put(S3Sizing.THREADS, setting(service, S3Sizing.THREADS));
        properties.put("jclouds.provider", "filesystem");
        properties.put("jclouds.filesystem.basedir", "/data/objects");
        properties.put("s3proxy.read-only-blobstore", Boolean.toString(!writes));
        StringBuilder text = new StringBuilder();
        properties.forEach(
                (key, value) -> text.append(parameters.setting(key, value).key())
                        .append('=')
                        .append(value)
                        .append('\n'));
        String file = role + ".properties";
        files.add(new ConfigurationFile(
                file, new Content.Confidential(new Redacted(text.toString()), Setting.Effect.RESTART)));
        accounts.addAll(List.of("--properties", "/config/" + file));
    }

    /** In a place where Holdfast cannot reach the store to create its buckets, they are folders made beforehand. */
    private static List<String> folders(Service<S3Spec> service) {
        List<String> folders = new ArrayList<>(List.of("objects"));
        service.settings().buckets().keySet().forEach(bucket -> folders.add("objects/" + bucket));
        return folders;
    }

    private String setting(Service<S3Spec> service, String key) {
        return sizing.settings(service).stream()
                .filter(setting -> setting.key().equals(key))
                .map(Setting::value)
                .findFirst()
                .orElseThrow();
    }
}
