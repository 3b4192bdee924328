package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.Issued;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.secret.Subject;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A certificate that has expired, or is about to, in force in running engines. */
@Tag("engines")
final class CertificateTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LIFETIME = Duration.ofDays(90);

    private Installation installation;
    private RunningStack stack;

    @BeforeEach
    void begin() {
        installation = Places.installation("tls");
        stack = RunningStack.up(installation, Places.folder(installation, "pair"), "pair", SmallStack.pair("pair"));
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void anExpiredOneIsRefusedSaidAndReplacedWithoutInterruption() throws IOException {
        long server = stack.pid("main-0");
        // the daemon would replace it before a client could see it
        long daemon = Machine.daemon(installation);
        Machine.signal(daemon, "STOP");
        putInForce("main-0", Duration.ofDays(91));
        Await.until("a client refuses the server", SOON, () -> isRefused("main-0"), () -> "it is trusted");
        Machine.signal(daemon, "CONT");

        stack.status();
        Await.until(
                "it is renewed",
                SOON,
                () -> why("main").contains("renewed the certificate of main-0"),
                () -> why("main"));
        assertThat(why("main"))
                .contains("counts main-0 as not ready because its certificate expired at")
                .contains("renewed the certificate of main-0 without interruption because its certificate expired at");
        stack.awaitReady(SOON);
        assertThat(stack.pid("main-0")).as("it was not restarted").isEqualTo(server);
        assertThat(expiry("main-0")).isAfter(Instant.now().plus(Duration.ofDays(80)));
        assertThat(stack.shell("main", "-Atc", "select 1").orFail().out()).contains("1");
        assertThat(stack.run("plan", "--output", "json").orFail().json().itemsAt("changes"))
                .isEmpty();
    }

    @Test
    void oneThatWillExpireIsReplacedInTimeByWhoeverLooksNext() throws IOException {
        List<String> members = List.of("main-0", "main-pooler", "cache-0");
        List<Long> before = members.stream().map(stack::pid).toList();
        stack.run("daemon", "stop").orFail();
        for (String member : members) {
            putInForce(member, Duration.ofDays(65));
        }

        stack.status();

        for (String member : members) {
            String service = member.substring(0, member.indexOf('-'));
            Await.until(
                    member + " has a new certificate",
                    SOON,
                    () -> why(service).contains("renewed the certificate of " + member + " without interruption"),
                    () -> why(service));
            Instant longAway = Instant.now().plus(Duration.ofDays(80));
            Await.until(
                    member + " shows the new certificate",
                    SOON,
                    () -> !isRefused(member) && expiryOrNever(member).isAfter(longAway),
                    () -> member + " shows one until " + expiryOrNever(member));
        }
        stack.awaitReady(SOON);
        assertThat(members.stream().map(stack::pid).toList()).isEqualTo(before);
        assertThat(stack.shell("cache", "PING").orFail().out()).contains("PONG");
    }

    @Test
    void oneThatExpiredWhileNobodyWatchedIsReplacedByTheNextUp() throws IOException {
        stack.run("down").orFail();
        putInPlace("main-0", Duration.ofDays(200));

        stack.run("up").orFail();

        assertThat(expiry("main-0")).isAfter(Instant.now().plus(Duration.ofDays(80)));
        assertThat(stack.shell("main", "-Atc", "select 1").orFail().out()).contains("1");
    }

    private String why(String service) {
        return stack.run("why", service).orFail().out();
    }

    private boolean isRefused(String member) {
        try {
            return expiry(member).isBefore(Instant.now());
        } catch (SSLException refused) {
            assertThat(refused).hasStackTraceContaining("CertificateExpiredException");
            return true;
        }
    }

    private Instant expiryOrNever(String member) {
        try {
            return expiry(member);
        } catch (SSLException refused) {
            return Instant.MIN;
        }
    }

    private Instant expiry(String member) throws SSLException {
        Path folder = installation.home().resolve("data/stacks/pair");
        if (run(member).at("ports").orElseThrow() instanceof Json.Members(Map<String, Json> ports)) {
            int port = Math.toIntExact(run(member)
                    .at("ports")
                    .orElseThrow()
                    .longAt(ports.keySet().iterator().next())
                    .orElseThrow());
            return new TlsDoor(port, member.startsWith("main"), folder.resolve("tls/ca.crt")).expiry();
        }
        throw new AssertionError(member + " has no port");
    }

    private Json run(String member) {
        return Json.parse(Machine.read(installation.home().resolve("data/stacks/pair/run/" + member + ".json")));
    }

    /** Has the running member read an old certificate, whatever that means for its engine. */
    private void putInForce(String member, Duration age) throws IOException {
        putInPlace(member, age);
        if (member.startsWith("cache")) {
            // Redis reads it over a connection only; that the file is not the one in force is enough to notice
            return;
        }
        Machine.signal(run(member).at("engine").orElseThrow().longAt("pid").orElseThrow(), "HUP");
    }

    /** Issues one that is that old with the stack's own authority and lays it where the member reads it. */
    private void putInPlace(String member, Duration age) throws IOException {
        Path home = installation.home().resolve("data");
        SecureRandom random = new SecureRandom();
        SecretStore secrets =
                new SecretStore(home.resolve("stacks/pair/secrets.enc"), home.resolve("key"), "pair", random);
        CertificateAuthority authority = new CertificateAuthority(
                "pair", secrets, InstantSource.fixed(Instant.now().minus(age)), random);
        Issued old = authority.issue(
                new Subject(
                        member,
                        new TreeSet<>(List.of("localhost", member)),
                        new TreeSet<>(List.of("127.0.0.1", "::1"))),
                LIFETIME);
        Path folder = home.resolve("stacks/pair/tls").resolve(member);
        Files.writeString(folder.resolve("server.crt"), old.chain(), StandardOpenOption.TRUNCATE_EXISTING);
        Files.writeString(folder.resolve("server.key"), old.key().reveal(), StandardOpenOption.TRUNCATE_EXISTING);
    }
}
