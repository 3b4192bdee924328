package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engines.s3.S3Engine;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.SecretRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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

/** A real S3Proxy, driven by what its engine says and used by a client that is not ours. One server, in order. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class S3Test {
    private static final String MEMBER = "objects-0";
    private static final Programs CURL = new Programs.Debian(List.of("curl"));
    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: proof }
            spec:
              services:
                objects:
                  engine: s3
                  resources: { cpu: 1, memory: 256Mi, storage: 1Gi }
                  buckets:
                    backups: { versioned: true }
                    media.v1: {}
                  roles:
                    app: { can: [read, write] }
                    reader: { can: [read] }
            """;

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() {
        stack = new RealStack(folder, STACK);
        stack.start(server(stack));
        assertThat(ready(stack)).as(() -> stack.log(MEMBER)).isInstanceOf(Health.Ready.class);
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            // an orderly stop of a first run archives its classes, which takes seconds
            stack.kill(MEMBER);
            stack.close();
        }
    }

    @Test
    @Order(1)
    void aNewStoreBecomesWhatTheFileSaysAndThenNothingIsLeftToDo() {
        List<Change> planned = changes(stack);
        assertThat(planned).isEqualTo(stack.facets("objects").fromNothing(stack));
        assertThat(planned)
                .extracting(Change::summary)
                .containsExactly("create bucket 'backups'", "create bucket 'media.v1'");
        apply(stack, planned);
        assertThat(changes(stack)).isEmpty();
        apply(stack, planned);
        assertThat(changes(stack)).as("doing it twice is harmless").isEmpty();
    }

    @Test
    @Order(2)
    void everyPropertyIsOneOfParametersAndNoneIsReadTwice() {
        Set<String> written = new TreeSet<>(Set.of("-Xmx"));
        for (ConfigurationFile file : server(stack).files()) {
            if (file.name().endsWith(".properties")) {
                file.text()
                        .reveal()
                        .lines()
                        .map(line -> line.substring(0, line.indexOf('=')))
                        .forEach(written::add);
            }
        }
        Parameters parameters = Parameters.beside(S3Engine.class);
        assertThat(parameters.byKey().keySet()).containsExactlyElementsOf(written);
        assertThat(parameters.byKey().values())
                .allSatisfy(parameter -> assertThat(parameter.effect()).isEqualTo(Setting.Effect.RESTART));
        assertThat(server(stack).command()).contains("-Xmx128m");
        assertThat(server(stack).reload()).isEqualTo(Workload.Reload.RESTART);
        // what the properties promise
        assertThat(curl("GET", "/metrics")).startsWith("200");
        assertThat(curl("GET", "/")).as("nobody without a key").startsWith("403");
        assertThat(folder.resolve(MEMBER).resolve("data/objects/backups")).isDirectory();
    }

    @Test
    @Order(3)
    void theApplicationWritesAndTheReaderOnlyReads() {
        assertThat(as("app", "PUT", "/backups/a%20b/x.txt", "hello")).startsWith("200");
        assertThat(as("app", "GET", "/backups/a%20b/x.txt", "")).isEqualTo("200 hello");
        assertThat(as("reader", "GET", "/backups/a%20b/x.txt", "")).isEqualTo("200 hello");
        assertThat(as("reader", "PUT", "/backups/y", "hello")).startsWith("501");
        assertThat(as("reader", "DELETE", "/backups/a%20b/x.txt", "")).startsWith("501");
        assertThat(as("reader", "DELETE", "/media.v1", "")).startsWith("501");
        assertThat(as("reader", "PUT", "/another", "")).startsWith("501");
        assertThat(as("reader", "POST", "/backups/z?uploads=", "")).startsWith("501");
        assertThat(as("app", "GET", "/backups/a%20b/x.txt", "")).isEqualTo("200 hello");
        assertThat(as("app", "GET", "/backups/y", "")).startsWith("404");
        assertThat(as("app", "HEAD", "/media.v1", "")).startsWith("200");
    }

    @Test
    @Order(4)
    void aRoleThatMayWriteFromNowOnMayAfterARestartAndNotBefore() {
        RealStack edited = stack.edited(STACK.replace("reader: { can: [read] }", "reader: { can: [read, write] }"));
        edited.run(server(edited), List.of("/usr/bin/true"), Map.of());
        assertThat(as("reader", "PUT", "/media.v1/z", "1"))
                .as("the file is written, the process is the same")
                .startsWith("501");
        edited.kill(MEMBER);
        edited.start(server(edited));
        assertThat(ready(edited)).isInstanceOf(Health.Ready.class);
        assertThat(as("reader", "PUT", "/media.v1/z", "1")).startsWith("200");
        assertThat(as("app", "DELETE", "/media.v1/z", "")).startsWith("204");
        assertThat(changes(edited)).as("buckets and marks outlive a restart").isEmpty();
    }

    @Test
    @Order(5)
    void aBucketThatWasDeletedByHandComesBackAndOneThatWasMadeByHandStays() {
        assertThat(as("app", "PUT", "/byhand", "")).startsWith("200");
        assertThat(as("app", "DELETE", "/media.v1", "")).startsWith("204");
        List<Change> drift = changes(stack);
        assertThat(drift).extracting(Change::summary).containsExactly("create bucket 'media.v1'");
        apply(stack, drift);
        assertThat(changes(stack)).isEmpty();
        assertThat(as("app", "HEAD", "/byhand", "")).startsWith("200");
    }

    @Test
    @Order(6)
    void aBucketOfOursThatIsDeclaredNoLongerGoesAndTakesItsObjectsOnlyWithAnApproval() {
        RealStack edited = stack.edited(STACK.replace("        backups: { versioned: true }\n", "        other: {}\n")
                .replace("        media.v1: {}\n", ""));
        apply(
                edited,
                changes(edited).stream()
                        .filter(change -> change.summary().startsWith("create"))
                        .toList());
        List<Change> changes = changes(edited);
        assertThat(changes)
                .extracting(change ->
                        change.where() + ": " + change.summary() + " " + change.risk() + " " + change.approval())
                .containsExactly(
                        "objects/buckets/backups: delete bucket 'backups' with all its objects DATA"
                                + " Optional[objects/buckets/backups]",
                        "objects/buckets/media.v1: delete the empty bucket 'media.v1' NONE Optional.empty");
        // an object came between plan and apply: what was planned as empty is not thrown away
        assertThat(as("app", "PUT", "/media.v1/late", "x")).startsWith("200");
        assertThatThrownBy(() -> apply(edited, changes.subList(1, 2)))
                .hasMessage("the object store at " + stack.outside(MEMBER, "s3")
                        + " keeps the bucket because it still holds objects [HF3534]\n"
                        + "  fix: Delete or copy away what it holds, then apply again.");
        assertThat(as("app", "DELETE", "/media.v1/late", "")).startsWith("204");
        apply(edited, changes);
        apply(edited, changes);
        assertThat(changes(edited)).isEmpty();
        assertThat(as("app", "HEAD", "/byhand", "")).startsWith("200");
        assertThat(as("app", "HEAD", "/backups", "")).startsWith("404");
    }

    @Test
    @Order(7)
    void aWrongKeyAPlainConnectionAndAnExpiredCertificateAreToldApart() {
        Address address = stack.outside(MEMBER, "s3");
        Otherwise wrong = new Otherwise(stack, new SecretRef("objects", "holdfast"));
        assertThatThrownBy(() -> stack.facets("objects").changes(wrong))
                .hasMessage("the object store at " + address
                        + " refuses the key 'objects-holdfast' (SignatureDoesNotMatch) [HF3532]\n"
                        + "  fix: Run `holdfast restart objects`, so that it reads its keys again.");
        assertThat(stack.facets("objects").probe(MEMBER, wrong))
                .isEqualTo(new Health.NotReady(
                        "the object store at " + address
                                + " refuses the key 'objects-holdfast' (SignatureDoesNotMatch)",
                        "Run `holdfast restart objects`, so that it reads its keys again."));
        assertThat(stack.run(server(stack), CURL, List.of("/usr/bin/curl", "-sS", "http://" + address + "/"), Map.of()))
                .as("nobody is served without TLS")
                .doesNotStartWith("0\n");
        stack.kill(MEMBER);
        assertThatThrownBy(() -> stack.facets("objects").changes(stack))
                .hasMessage("nothing listens at " + address + " [HF3531]\n"
                        + "  fix: Start it with `holdfast restart objects`, or read `holdfast logs objects`.");
        stack.expire(server(stack));
        stack.start(server(stack));
        Health health = stack.facets("objects")
                .until(
                        MEMBER,
                        stack,
                        Duration.ofSeconds(20),
                        seen -> seen.because().contains("expired"));
        assertThat(health)
                .isEqualTo(new Health.NotReady(
                        "the certificate that the object store at " + address + " shows has expired",
                        "Run `holdfast restart objects`, which issues a new one."));
        stack.kill(MEMBER);
        String renewed = Leaf.of(stack.renew(server(stack)));
        stack.start(server(stack));
        assertThat(ready(stack)).isInstanceOf(Health.Ready.class);
        assertThat(Leaf.shownAt(address, stack.authorityFile())).isEqualTo(renewed);
    }

    @Test
    @Order(8)
    void noSecretIsInTheLogOrInAnArgument() {
        for (String user : List.of("holdfast", "roles/app", "roles/reader")) {
            String secret = stack.secret(new SecretRef("objects", user)).reveal();
            assertThat(stack.log(MEMBER)).doesNotContain(secret);
            assertThat(server(stack).command()).noneMatch(word -> word.contains(secret));
        }
        assertThat(Files.exists(folder.resolve(MEMBER).resolve("data/objects/holdfast-managed")))
                .isTrue();
    }

    private static Workload server(RealStack where) {
        return where.workloads("objects").getFirst();
    }

    private static List<Change> changes(RealStack where) {
        return where.facets("objects").changes(where);
    }

    private static void apply(RealStack where, List<Change> changes) {
        where.facets("objects").apply(changes, where);
    }

    private static Health ready(RealStack where) {
        return where.facets("objects").ready(MEMBER, where, Duration.ofSeconds(30));
    }

    /** A request signed by curl: the status, a space, the body. */
    private static String as(String role, String method, String path, String body) {
        Map<String, String> variables = stack.facets("objects").variables(role, stack);
        List<String> more = new ArrayList<>(List.of(
                "--aws-sigv4",
                "aws:amz:" + variables.get("AWS_REGION") + ":s3",
                "--user",
                variables.get("AWS_ACCESS_KEY_ID") + ":" + variables.get("AWS_SECRET_ACCESS_KEY")));
        if (!body.isEmpty()) {
            more.addAll(List.of("--header", "Content-Type: application/octet-stream", "--data-binary", body));
        }
        return curl(method, path, more.toArray(String[]::new));
    }

    private static String curl(String method, String path, String... more) {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/curl",
                "--silent",
                "--show-error",
                "--cacert",
                "/tls/ca.crt",
                "--write-out",
                "\n%{http_code}"));
        command.addAll(method.equals("HEAD") ? List.of("--head") : List.of("--request", method));
        command.addAll(List.of(more));
        command.add("https://" + stack.outside(MEMBER, "s3") + path);
        String answer = stack.run(server(stack), CURL, command, Map.of());
        String body = answer.substring(answer.indexOf('\n') + 1);
        int status = body.lastIndexOf('\n');
        return (body.substring(status + 1) + " " + body.substring(0, status)).strip();
    }
}
