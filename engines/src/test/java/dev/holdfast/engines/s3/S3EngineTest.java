package dev.holdfast.engines.s3;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Health;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.testing.EngineContract;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class S3EngineTest extends EngineContract {
    private final S3Engine engine = new S3Engine(InstantSource.fixed(Instant.EPOCH));

    @Override
    protected Engine<?> engine() {
        return engine;
    }

    @Override
    protected String services() {
        return """
                objects:
                  engine: s3
                  buckets: { backups: { versioned: true }, media.v1: {} }
                  roles: { app: { can: [read, write] }, reader: { can: [read] } }
                """;
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        TreeMap<String, S3Spec.Bucket> buckets = new TreeMap<>();
        for (String name : List.of("10.0.0.1", "a..b", "holdfast-managed", "xn--bucket", "fine-1")) {
            buckets.put(name, new S3Spec.Bucket(false));
        }
        TreeMap<String, S3Spec.Role> roles = new TreeMap<>();
        roles.put("holdfast", new S3Spec.Role(List.of(S3Spec.Can.READ)));
        roles.put("idle", new S3Spec.Role(List.of()));
        roles.put("writer", new S3Spec.Role(List.of(S3Spec.Can.WRITE)));
        Service<S3Spec> service = FixedContext.service(
                engine,
                "objects",
                new S3Spec(buckets, roles),
                new Resources(new Cpu(500), Bytes.mebi(64), Bytes.mebi(1024)));
        Problems problems = new Problems();
        engine.check(service, FixedContext.of(service).stack(), problems);
        assertThat(problems.all())
                .extracting(Problem::cause)
                .containsExactly(
                        "service 'objects' gives S3Proxy 64Mi of memory, and it needs 128Mi",
                        "bucket '10.0.0.1' of service 'objects' looks like an internet address, which S3 refuses",
                        "bucket 'a..b' of service 'objects' has a dot beside a dot or a hyphen, which S3 refuses",
                        "bucket 'holdfast-managed' of service 'objects' has a name that the server uses itself",
                        "bucket 'xn--bucket' of service 'objects' begins or ends in a way that S3 keeps for itself",
                        "role 'holdfast' of service 'objects' has the name of Holdfast's own account",
                        "role 'idle' of service 'objects' may do nothing",
                        "role 'writer' of service 'objects' may write and not read, which S3Proxy cannot keep apart");
        assertThat(problems.all())
                .extracting(problem -> problem.code().name())
                .containsExactly("HF1613", "HF1611", "HF1611", "HF1611", "HF1611", "HF1612", "HF1612", "HF1612");
    }

    @Test
    void aVersionedBucketIsAcceptedAndThePlanSaysWhatItIsHere() {
        Service<S3Spec> service =
                objects(Map.of("backups", new S3Spec.Bucket(true), "media", new S3Spec.Bucket(false)));
        assertThat(engine.things(service)).containsExactly("backups", "media");
        assertThat(engine.notes(service))
                .containsExactly("Bucket 'backups' of service 'objects' is declared versioned, and S3Proxy keeps no"
                        + " versions on a file system: here an overwritten or deleted object is gone.");
    }

    @Test
    void bucketsAreCreatedKeptAndLetGo() {
        TreeMap<String, Boolean> undeclared = new TreeMap<>(Map.of("empty", true, "full", false));
        List<Change> changes = S3Schema.diff("objects", List.of("new", "old"), List.of("byhand", "old"), undeclared);
        assertThat(changes)
                .extracting(Change::statement)
                .containsExactly("CREATE BUCKET new", "DELETE BUCKET empty", "DELETE BUCKET AND OBJECTS full");
        assertThat(changes)
                .extracting(Change::risk)
                .containsExactly(Change.Risk.NONE, Change.Risk.NONE, Change.Risk.DATA);
        assertThat(changes.getLast().approval()).contains("objects/buckets/full");
        assertThat(S3Schema.diff("objects", List.of("old"), List.of("byhand", "old"), new TreeMap<>()))
                .isEmpty();
    }

    @Test
    void heapAndThreadsFollowFromResources() {
        assertThat(sized(500, 256)).containsExactly("128m", "32");
        assertThat(sized(2000, 1024)).containsExactly("512m", "100");
        assertThat(sized(16_000, 4096)).containsExactly("2048m", "200");
    }

    @Test
    void aRoleThatOnlyReadsGetsAStoreThatOnlyReads() {
        TreeMap<String, S3Spec.Role> roles = new TreeMap<>();
        roles.put("reader", new S3Spec.Role(List.of(S3Spec.Can.READ)));
        Service<S3Spec> service = FixedContext.service(engine, "objects", new S3Spec(new TreeMap<>(), roles));
        String properties = workload(service).files().stream()
                .filter(file -> file.name().equals("reader.properties"))
                .map(file -> ((dev.holdfast.blueprint.Content.Confidential) file.content())
                        .text()
                        .reveal())
                .findFirst()
                .orElseThrow();
        assertThat(properties).isEqualTo("""
                        jclouds.filesystem.basedir=/data/objects
                        jclouds.provider=filesystem
                        s3proxy.authorization=aws-v4
                        s3proxy.credential=secret of objects/roles/reader
                        s3proxy.identity=objects-reader
                        s3proxy.jetty.max-threads=32
                        s3proxy.keystore-password=holdfast
                        s3proxy.keystore-path=/tls/server.p12
                        s3proxy.metrics.enabled=true
                        s3proxy.read-only-blobstore=true
                        s3proxy.secure-endpoint=https://127.0.0.1:7000
                        """);
    }

    @Test
    void noSecretIsInAnythingThatCanBeRead() {
        Workload workload = workload(objects(Map.of()));
        assertThat(workload.toString()).doesNotContain("secret of");
        assertThat(workload.programs()).isInstanceOf(Programs.Maven.class);
        assertThat(workload(objects(Map.of()))).isEqualTo(workload);
    }

    @Test
    void variablesAreThoseThatEveryClientOfS3Reads() {
        Service<S3Spec> service = objects(Map.of("media.v-1", new S3Spec.Bucket(false)));
        assertThat(engine.access().orRefuse().variables(service, Optional.empty(), FixedContext.of(service)))
                .containsOnlyKeys(
                        "AWS_ACCESS_KEY_ID",
                        "AWS_CA_BUNDLE",
                        "AWS_ENDPOINT_URL_S3",
                        "AWS_REGION",
                        "AWS_SECRET_ACCESS_KEY",
                        "S3_BUCKET_MEDIA_V_1");
        assertThatThrownBy(() ->
                        engine.access().orRefuse().variables(service, Optional.of("ghost"), FixedContext.of(service)))
                .hasMessage("service 'objects' has no role 'ghost' [HF1605]\n  fix: Name one of: app, holdfast.");
    }

    @Test
    void refusalsOfTheStoreAreToldApart() {
        assertThat(refusal(403, "SignatureDoesNotMatch", "no"))
                .startsWith("the object store at 127.0.0.1:9443 refuses the key 'objects-holdfast'"
                        + " (SignatureDoesNotMatch) [HF3532]");
        assertThat(refusal(409, "BucketNotEmpty", "no"))
                .startsWith(
                        "the object store at 127.0.0.1:9443 keeps the bucket because it still holds objects [HF3534]");
        assertThat(refusal(500, "InternalError", "/data/x: No space left on device"))
                .startsWith("the object store at 127.0.0.1:9443 has no room left (500 /data/x: No space left on device)"
                        + " [HF3533]");
        assertThat(refusal(400, "InvalidRequest", "why"))
                .startsWith("the object store at 127.0.0.1:9443 answers 400 InvalidRequest why [HF3533]");
    }

    @Test
    void aServerThatIsNotThereIsAnAnswerOfTheProbeAndAProblemOfAChange() throws IOException {
        Service<S3Spec> service = objects(Map.of());
        FixedContext somewhere = FixedContext.of(service);
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        FixedContext context =
                new FixedContext(somewhere.stack(), FixedContext.authority(), port, List.of(), List.of());
        assertThat(engine.observation().orRefuse().probe(service, "objects-0", context))
                .isEqualTo(new Health.NotReady(
                        "nothing listens at 127.0.0.1:" + port,
                        "Start it with `holdfast restart objects`, or read `holdfast logs objects`."));
        assertThatThrownBy(() -> engine.schema().orRefuse().changes(service, context))
                .hasMessageStartingWith("nothing listens at 127.0.0.1:" + port + " [HF3531]");
    }

    private static String refusal(int status, String code, String message) {
        S3Session.Door door = new S3Session.Door(
                "objects", new Address("127.0.0.1", 9443), "/nowhere", "objects-holdfast", new Redacted("x"));
        String xml = "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>";
        S3Session.Answer answer = new S3Session.Answer(status, xml.getBytes(StandardCharsets.UTF_8));
        return String.valueOf(
                S3Session.refused(new S3Refusal(door, answer), door).getMessage());
    }

    private List<String> sized(long millis, long mebi) {
        Resources resources = new Resources(new Cpu(millis), Bytes.mebi(mebi), Bytes.mebi(1024));
        return engine
                .sizing()
                .orRefuse()
                .settings(FixedContext.service(
                        engine, "objects", new S3Spec(new TreeMap<>(), new TreeMap<>()), resources))
                .stream()
                .map(setting -> setting.value())
                .toList();
    }

    private Workload workload(Service<S3Spec> service) {
        return engine.provisioning()
                .workloads(service, FixedContext.of(service))
                .getFirst();
    }

    private Service<S3Spec> objects(Map<String, S3Spec.Bucket> buckets) {
        return FixedContext.service(engine, "objects", new S3Spec(new TreeMap<>(buckets), new TreeMap<>()));
    }
}
