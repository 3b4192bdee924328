package dev.holdfast.secret;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

final class CertificateAuthorityTest {
    private static final Instant NOW = Instant.now();
    private static final SecretRef SERVER = new SecretRef("main-0", "tls");
    private static final Subject LOCAL = subject("main-0", List.of("localhost", "main-0"), List.of("127.0.0.1", "::1"));

    @TempDir
    private Path home;

    @Test
    void theAuthorityIsMadeOnce() {
        String certificate = authority("demo", NOW).certificate();

        assertThat(authority("demo", NOW).certificate()).isEqualTo(certificate);
        assertThat(authority("other", NOW).certificate()).isNotEqualTo(certificate);
        X509Certificate parsed = Pem.certificates(certificate).getFirst();
        assertThat(parsed.getBasicConstraints()).isZero();
        assertThat(parsed.getNotBefore()).isBefore(NOW);
        assertThat(Duration.between(NOW, parsed.getNotAfter().toInstant()).toDays())
                .isBetween(3649L, 3650L);
    }

    @Test
    void aServerIsTrustedUnderItsNamesAndAddresses() {
        CertificateAuthority authority = authority("demo", NOW);
        Issued server = authority.issue(LOCAL, CertificateAuthority.LEAF_LIFETIME);

        for (String name : List.of("localhost", "127.0.0.1")) {
            assertThatCode(() -> handshake(server, authority.certificate(), name, Optional.empty()))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void aServerUnderAnotherNameIsRefused() {
        CertificateAuthority authority = authority("demo", NOW);
        Issued server = authority.issue(
                subject("main-0", List.of("main-0"), List.of("10.0.0.1")), CertificateAuthority.LEAF_LIFETIME);

        assertThatThrownBy(() -> handshake(server, authority.certificate(), "localhost", Optional.empty()))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("localhost");
    }

    @Test
    void anotherAuthoritysServerIsRefused() {
        Issued server = authority("other", NOW).issue(LOCAL, CertificateAuthority.LEAF_LIFETIME);

        assertThatThrownBy(() -> handshake(server, authority("demo", NOW).certificate(), "localhost", Optional.empty()))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void anExpiredServerIsRefused() {
        CertificateAuthority authority = authority("demo", NOW.minus(Duration.ofDays(30)));
        Issued server = authority.issue(LOCAL, Duration.ofDays(29));

        assertThatThrownBy(() -> handshake(server, authority.certificate(), "localhost", Optional.empty()))
                .isInstanceOf(SSLHandshakeException.class)
                .hasRootCauseInstanceOf(java.security.cert.CertificateExpiredException.class);
    }

    @Test
    void aServerMayAskForACertificateOfTheSameStack() {
        CertificateAuthority authority = authority("demo", NOW);
        Issued server = authority.issue(LOCAL, CertificateAuthority.LEAF_LIFETIME);
        Issued client = authority.issue(subject("metrics-0", List.of("metrics-0"), List.of()), Duration.ofDays(1));
        Issued stranger = authority("other", NOW).issue(LOCAL, Duration.ofDays(1));

        assertThatCode(() -> handshake(server, authority.certificate(), "localhost", Optional.of(client)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> handshake(server, authority.certificate(), "localhost", Optional.of(stranger)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aKeptCertificateStaysUntilAThirdOfItsTimeIsLeft() {
        Issued first = authority("demo", NOW).current(SERVER, LOCAL, CertificateAuthority.LEAF_LIFETIME);

        Instant soon = NOW.plus(Duration.ofDays(59));
        assertThat(authority("demo", soon).current(SERVER, LOCAL, CertificateAuthority.LEAF_LIFETIME))
                .isEqualTo(first);
        assertThat(authority("demo", soon).needsRenewal(first)).isFalse();
        Instant late = NOW.plus(Duration.ofDays(61));
        assertThat(authority("demo", late).needsRenewal(first)).isTrue();
        Issued renewed = authority("demo", late).current(SERVER, LOCAL, CertificateAuthority.LEAF_LIFETIME);
        assertThat(renewed.expiry()).isAfter(first.expiry());
        assertThat(authority("demo", late).current(SERVER, LOCAL, CertificateAuthority.LEAF_LIFETIME))
                .isEqualTo(renewed);
    }

    @Test
    void aKeptCertificateIsMadeAnewForOtherNames() {
        CertificateAuthority authority = authority("demo", NOW);
        Issued first = authority.current(SERVER, LOCAL, CertificateAuthority.LEAF_LIFETIME);

        for (Subject other : List.of(
                subject("main-1", List.of("localhost", "main-0"), List.of("127.0.0.1", "::1")),
                subject("main-0", List.of("localhost"), List.of("127.0.0.1", "::1")),
                subject("main-0", List.of("localhost", "main-0"), List.of("127.0.0.1")))) {
            assertThat(authority.current(SERVER, other, CertificateAuthority.LEAF_LIFETIME))
                    .isNotEqualTo(first);
        }
    }

    @Test
    void theKeyStoreHoldsTheSameKeyAndChain() throws Exception {
        Issued server = authority("demo", NOW).current(SERVER, LOCAL, CertificateAuthority.LEAF_LIFETIME);
        char[] password = Issued.KEY_STORE_PASSWORD.toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(server.pkcs12()), password);

        assertThat(store.getKey("server", password)).isEqualTo(Pem.key(server.key()));
        assertThat(store.getCertificateChain("server")).containsExactlyElementsOf(Pem.certificates(server.chain()));
        assertThat(server.toString()).doesNotContain("PRIVATE KEY");
    }

    @Test
    void aCertificateNeverOutlivesItsAuthorityAndAnExpiredOneIssuesNothing() {
        CertificateAuthority young = authority("demo", NOW);
        young.certificate();
        Issued last = authority("demo", NOW.plus(Duration.ofDays(3649))).issue(LOCAL, Duration.ofDays(90));
        assertThat(last.expiry()).isBeforeOrEqualTo(NOW.plus(Duration.ofDays(3650)));

        CertificateAuthority old = authority("demo", NOW.plus(Duration.ofDays(3651)));
        HoldfastException refusal =
                catchThrowableOfType(HoldfastException.class, () -> old.issue(LOCAL, Duration.ofDays(90)));
        assertThat(refusal.problems().getFirst().code()).isEqualTo(Code.HF3412);
    }

    @Test
    void whatIsNoPemIsRefusedWithoutQuotingIt() {
        for (String text :
                List.of("", "swordfish", "-----BEGIN CERTIFICATE-----\nswordfish\n-----END CERTIFICATE-----\n")) {
            HoldfastException refusal = catchThrowableOfType(HoldfastException.class, () -> Trust.in(text));
            assertThat(refusal.problems().getFirst().code()).isEqualTo(Code.HF3411);
            assertThat(refusal).hasMessageNotContaining("swordfish").hasNoCause();
        }
        assertThat(catchThrowableOfType(HoldfastException.class, () -> Pem.key(new Redacted("swordfish"))))
                .hasMessageNotContaining("swordfish");
    }

    /** One byte each way, so that both ends have verified the other. */
    private static void handshake(Issued server, String trusted, String name, Optional<Issued> client)
            throws IOException {
        Trust trust = Trust.in(trusted);
        try (SSLServerSocket listener = (SSLServerSocket) Trust.in(trusted)
                        .context(server)
                        .getServerSocketFactory()
                        .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ExecutorService accepting = Executors.newVirtualThreadPerTaskExecutor()) {
            listener.setNeedClientAuth(client.isPresent());
            listener.setSoTimeout(5_000);
            accepting.submit(() -> {
                try (Socket socket = listener.accept()) {
                    socket.setSoTimeout(5_000);
                    socket.getOutputStream().write(socket.getInputStream().read());
                }
                return true;
            });
            try (Socket below = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
                    SSLSocket socket = connected(trust, below, name, client)) {
                socket.setSoTimeout(5_000);
                socket.getOutputStream().write('x');
                if (socket.getInputStream().read() != 'x') {
                    throw new SSLException("closed without an answer");
                }
            }
        }
    }

    private static SSLSocket connected(Trust trust, Socket below, String name, Optional<Issued> client)
            throws IOException {
        if (client.isEmpty()) {
            return (SSLSocket) trust.socketFactory().createSocket(below, name, below.getPort(), true);
        }
        SSLSocket socket = (SSLSocket)
                trust.context(client.get()).getSocketFactory().createSocket(below, name, below.getPort(), true);
        socket.setSSLParameters(trust.parameters());
        return socket;
    }

    private static Subject subject(String name, List<String> dnsNames, List<String> addresses) {
        return new Subject(name, new TreeSet<>(dnsNames), new TreeSet<>(addresses));
    }

    private CertificateAuthority authority(String stack, Instant now) {
        SecretStore store =
                new SecretStore(home.resolve(stack + ".enc"), home.resolve("key"), stack, new SecureRandom());
        return new CertificateAuthority(stack, store, InstantSource.fixed(now), new SecureRandom());
    }
}
