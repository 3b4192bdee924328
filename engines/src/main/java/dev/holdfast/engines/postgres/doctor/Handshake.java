package dev.holdfast.engines.postgres.doctor;

import dev.holdfast.blueprint.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Asks a server for TLS as PostgreSQL's protocol does it, to see what it shows; says nothing else and ends it there. */
record Handshake(InetAddress at, Address address, Duration patience) {
    private static final int SSL_REQUEST = 80_877_103;

    sealed interface Outcome {
        record Encrypted(String protocol, String cipher, List<X509Certificate> chain) implements Outcome {
            public Encrypted {
                chain = List.copyOf(chain);
            }
        }

        record Refused() implements Outcome {}

        /** @param because what came in place of an answer */
        record Strange(String because, boolean silent) implements Outcome {}
    }

    Outcome attempt() {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) patience.toMillis());
            socket.connect(new InetSocketAddress(at, address.port()), (int) patience.toMillis());
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(8).putInt(8).putInt(SSL_REQUEST).array());
            socket.getOutputStream().flush();
            int answer = socket.getInputStream().read();
            return switch (answer) {
                case 'S' -> encrypted(socket);
                case 'N' -> new Outcome.Refused();
                case 'E' -> new Outcome.Strange("an error, as a server with no room for a connection gives it", false);
                case -1 -> new Outcome.Strange("the end of the connection", false);
                default -> new Outcome.Strange("a byte that is not of PostgreSQL's protocol", false);
            };
        } catch (SocketTimeoutException silent) {
            return new Outcome.Strange("nothing within " + patience.toSeconds() + " s", true);
        } catch (SSLException failed) {
            return new Outcome.Strange("a TLS handshake that failed: " + failed.getMessage(), false);
        } catch (IOException ended) {
            return new Outcome.Strange("the end of the connection", false);
        }
    }

    private Outcome encrypted(Socket socket) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anything()}, new SecureRandom());
            try (SSLSocket tls =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, address.host(), address.port(), true)) {
                tls.setSoTimeout((int) patience.toMillis());
                tls.startHandshake();
                List<X509Certificate> chain = Stream.of(tls.getSession().getPeerCertificates())
                        .map(X509Certificate.class::cast)
                        .toList();
                return new Outcome.Encrypted(
                        tls.getSession().getProtocol(), tls.getSession().getCipherSuite(), chain);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot make a TLS context", e);
        }
    }

    /** What is shown is judged afterwards, and nothing is said over a connection that was made with this. */
    private static final class Anything extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
