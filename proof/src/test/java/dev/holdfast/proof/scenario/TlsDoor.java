package dev.holdfast.proof.scenario;

import dev.holdfast.secret.Trust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** A client that does no more than shake hands, and trusts the stack's authority alone. */
record TlsDoor(int port, boolean postgres, Path authority) {
    /** PostgreSQL's own way of asking for TLS: a length, and a number that is no version. */
    private static final byte[] ASK = {0, 0, 0, 8, 4, (byte) 210, 22, 47};

    /** Until when the certificate is valid that a new client is shown now. */
    Instant expiry() throws SSLException {
        try (Socket plain = new Socket("127.0.0.1", port)) {
            if (postgres) {
                plain.getOutputStream().write(ASK);
                if (plain.getInputStream().read() != 'S') {
                    throw new AssertionError("the server at port " + port + " does not want TLS");
                }
            }
            try (SSLSocket socket = (SSLSocket) Trust.in(Files.readString(authority))
                    .socketFactory()
                    .createSocket(plain, "127.0.0.1", port, true)) {
                socket.startHandshake();
                return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                        .getNotAfter()
                        .toInstant();
            }
        } catch (SSLException refused) {
            throw refused;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
