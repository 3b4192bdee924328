package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Doctor;
import dev.holdfast.engine.Doctor.Finding;
import dev.holdfast.engine.Doctor.Verdict;
import dev.holdfast.engine.Health;
import dev.holdfast.engines.postgres.doctor.PostgresDoctor;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The doctor at a real server and a real pooler, well and in every bad state that an address can lead to. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("engines")
final class DoctorTest {
    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: sick }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { memory: 512Mi }
                  extensions: [pg_trgm]
                  pooler: { mode: %s, servers: 5 }
                  databases: { shop: {} }
                  roles: { app: { can: [read, write, ddl], through: pooler } }
            """;

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() {
        stack = new RealStack(folder, STACK.formatted("transaction"));
        stack.workloads("main").forEach(stack::start);
        awaitReady("main", "main-0");
        Facets<?> facets = stack.facets("main");
        facets.apply(facets.changes(stack), stack);
        stack.workloads("main-pooler").forEach(stack::start);
        awaitReady("main-pooler", "main-pooler");
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void aHealthyServerAndAHealthyPoolerHaveNothingBad() {
        Doctor.Examination direct = examine(address("app", "main-0", "postgres", "shop", trusted()));
        assertThat(direct.findings()).as(direct.toString()).allMatch(finding -> finding.verdict() == Verdict.OK);
        assertThat(evidence(direct, "pooling")).startsWith("direct: ");
        assertThat(evidence(direct, "version")).startsWith("PostgreSQL 17");
        assertThat(evidence(direct, "certificate")).contains("days left");
        assertThat(evidence(direct, "extensions")).contains("created: pg_trgm");
        assertThat(evidence(direct, "rights"))
                .contains("app has no special powers")
                .contains("in shop");
        assertThat(direct.figures().longAt("p50Micros").orElseThrow()).isPositive();

        Doctor.Examination pooled = examine(address("app", "main-pooler", "pgbouncer", "shop", trusted()));
        assertThat(pooled.isBad()).as(pooled.toString()).isFalse();
        assertThat(evidence(pooled, "pooling"))
                .startsWith("pooled, transaction mode")
                .contains("prepared statements last");
        assertThat(evidence(pooled, "path")).contains("stands between");

        assertThat(direct.toString() + pooled).doesNotContain(password("app")).doesNotContain(password("holdfast"));
    }

    @Test
    @Order(2)
    void whatALoginFailsOfIsToldApart() throws SQLException {
        assertThat(bad(examine(with("app", "wrong", "main-0", "postgres", "shop", trusted()))))
                .contains("the password of 'app' is wrong, or there is no such role");
        assertThat(bad(examine(with("app", "", "main-0", "postgres", "shop", trusted()))))
                .contains("the server wants a password, and the address has none");
        assertThat(bad(examine(address("app", "main-0", "postgres", "shoop", trusted()))))
                .contains("user and password are right, but there is no database 'shoop'");
        assertThat(remedy(examine(address("holdfast", "main-0", "postgres", "shoop", trusted()))))
                .contains("There are postgres, shop. Did you mean 'shop'?");
        assertThat(bad(examine(address("app", "main-0", "postgres", "shop", "sslmode=disable"))))
                .contains("pg_hba.conf lets nobody in that way")
                .contains("no encryption");
        assertThat(bad(examine(with("nobody", "x", "main-pooler", "pgbouncer", "shop", trusted()))))
                .contains("'nobody'");
    }

    @Test
    @Order(3)
    void anAddressThatVerifiesNothingIsWarnedOfAndOneThatCannotVerifyIsNeverGivenThePassword() {
        Doctor.Examination lax = examine(address("app", "main-0", "postgres", "shop", ""));
        assertThat(lax.isBad()).isFalse();
        assertThat(warnings(lax))
                .anyMatch(text -> text.contains("no sslmode"))
                .anyMatch(text -> text.contains("is not among the authorities"));

        Doctor.Examination strict = examine(address("app", "main-0", "postgres", "shop", "sslmode=verify-full"));
        assertThat(bad(strict)).contains("is not among the authorities");
        assertThat(evidence(strict, "login")).startsWith("not tried");

        Doctor.Examination other = examine(
                address("app", "main-0", "postgres", "shop", trusted()).reveal().replace("127.0.0.1", "127.0.0.2"));
        assertThat(other.isBad()).as("it listens at one address only").isTrue();
    }

    @Test
    @Order(4)
    void certificatesOfThePastAndOfOthersAreNamed() {
        Workload server = stack.workloads("main").getFirst();
        stack.expire(server);
        stack.reload(server);
        assertThat(badUntil("it expired on")).contains("it expired on");
        stack.misname(server);
        stack.reload(server);
        assertThat(badUntil("it is not for 127.0.0.1")).contains("localhost, not-main-0, 127.0.0.2");
        stack.renew(server);
        stack.reload(server);
        assertThat(badUntil("")).isEmpty();
    }

    @Test
    @Order(5)
    void thePoolModesAreToldApartByWhatTheyDo() {
        for (String mode : List.of("session", "statement")) {
            RealStack edited = stack.edited(STACK.formatted(mode));
            Workload pooler = edited.workloads("main-pooler").getFirst();
            stack.stop("main-pooler");
            edited.start(pooler);
            Health health = edited.facets("main-pooler").ready("main-pooler", edited, Duration.ofSeconds(20));
            assertThat(health).as(health.toString()).isInstanceOf(Health.Ready.class);
            Doctor.Examination seen = examine(address("app", "main-pooler", "pgbouncer", "shop", trusted()));
            assertThat(finding(seen, "pooling").evidence()).startsWith("pooled, " + mode + " mode");
        }
    }

    @Test
    @Order(6)
    void aServerWithoutTlsIsTolerableOnlyWhereTheAddressDoesNotDemandIt() {
        Workload server = plain(stack.workloads("main").getFirst());
        stack.stop("main-0");
        stack.start(server);
        Instant end = Instant.now().plusSeconds(30);
        Doctor.Examination lax = examine(address("app", "main-0", "postgres", "shop", "sslmode=prefer"));
        while (lax.isBad() && Instant.now().isBefore(end)) {
            lax = examine(address("app", "main-0", "postgres", "shop", "sslmode=prefer"));
        }
        assertThat(warnings(lax)).anyMatch(text -> text.startsWith("the server offers no TLS"));
        assertThat(evidence(lax, "version")).startsWith("PostgreSQL 17");
        assertThat(bad(examine(address("app", "main-0", "postgres", "shop", trusted()))))
                .contains("the server offers no TLS, and the address demands it");
    }

    @Test
    @Order(7)
    void aClosedPortASilentOneAndAStrangerAreToldApartAndInTime() throws Exception {
        Instant begin = Instant.now();
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                ServerSocket stranger = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> greet(stranger));
            assertThat(bad(examine("postgresql://u:p@127.0.0.1:" + stranger.getLocalPort() + "/d")))
                    .contains("not of PostgreSQL's protocol");
            assertThat(bad(examine("postgresql://u:p@127.0.0.1:" + silent.getLocalPort() + "/d")))
                    .contains("nothing within 5 s");
        }
        assertThat(bad(examine("postgresql://u:p@127.0.0.1:1/d"))).contains("port 1 is closed");
        assertThat(bad(examine("postgresql://u:p@no-such-host.invalid/d"))).contains("does not exist");
        assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(40));
    }

    /** Speaks first, and not as PostgreSQL does, until the socket is closed. */
    private static void greet(ServerSocket stranger) {
        try {
            while (true) {
                Socket guest = stranger.accept();
                guest.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private static Doctor.Examination examine(Redacted address) {
        return new PostgresDoctor().examine(address, InstantSource.system());
    }

    private static Doctor.Examination examine(String address) {
        return examine(new Redacted(address));
    }

    private static Redacted address(String role, String member, String port, String database, String options) {
        return new Redacted(with(role, password(role), member, port, database, options));
    }

    private static String with(
            String role, String password, String member, String port, String database, String options) {
        return "postgresql://" + role + (password.isEmpty() ? "" : ":" + password) + "@" + stack.outside(member, port)
                + "/" + database + (options.isEmpty() ? "" : "?" + options);
    }

    private static String password(String role) {
        return stack.secret(new SecretRef("main", "roles/" + role)).reveal();
    }

    private static String trusted() {
        return "sslmode=verify-full&sslrootcert=" + stack.authorityFile();
    }

    /** As the file has it, but for TLS, which is off and not asked for. */
    private static Workload plain(Workload workload) {
        List<ConfigurationFile> files = workload.files().stream()
                .map(file -> new ConfigurationFile(
                        file.name(),
                        new Content.Plain(
                                file.text()
                                        .reveal()
                                        .replaceAll("(?m)^ssl = .*$", "ssl = off")
                                        .replace("hostssl", "host"),
                                Setting.Effect.RESTART)))
                .toList();
        return new Workload(
                workload.member(),
                workload.programs(),
                workload.container(),
                workload.command(),
                workload.environment(),
                files,
                workload.secrets(),
                workload.tls(),
                workload.initialise(),
                workload.needs(),
                workload.stop(),
                workload.reload());
    }

    /** A reload is taken up when the server gets to it: what is bad once it says this, or when nothing is bad any more. */
    private static String badUntil(String words) {
        Instant end = Instant.now().plusSeconds(20);
        String bad = "";
        do {
            bad = bad(examine(address("app", "main-0", "postgres", "shop", trusted())));
        } while (!(words.isEmpty() ? bad.isEmpty() : bad.contains(words))
                && Instant.now().isBefore(end));
        return bad;
    }

    private static String bad(Doctor.Examination examination) {
        return String.join(
                "\n",
                examination.findings().stream()
                        .filter(finding -> finding.verdict() == Verdict.BAD)
                        .map(Finding::evidence)
                        .toList());
    }

    private static List<String> warnings(Doctor.Examination examination) {
        return examination.findings().stream()
                .filter(finding -> finding.verdict() == Verdict.WARN)
                .map(Finding::evidence)
                .toList();
    }

    private static String remedy(Doctor.Examination examination) {
        return examination.findings().stream()
                .filter(finding -> finding.verdict() == Verdict.BAD)
                .map(Finding::remedy)
                .flatMap(Optional::stream)
                .findFirst()
                .orElse("");
    }

    private static String evidence(Doctor.Examination examination, String check) {
        return finding(examination, check).evidence();
    }

    private static Finding finding(Doctor.Examination examination, String check) {
        return examination.findings().stream()
                .filter(finding -> finding.check().equals(check))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing about " + check + " in " + examination));
    }

    private static void awaitReady(String service, String member) {
        Health health = stack.facets(service).ready(member, stack, Duration.ofSeconds(30));
        assertThat(health).as(health.toString()).isInstanceOf(Health.Ready.class);
    }
}
