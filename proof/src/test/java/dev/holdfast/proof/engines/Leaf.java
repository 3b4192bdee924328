package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.secret.Issued;
import dev.holdfast.secret.Trust;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLSocket;

/** Which certificate it is, by its number. */
final class Leaf {
    private Leaf() {}

    static String of(Issued issued) {
        try {
            return number(CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(issued.chain().getBytes(StandardCharsets.UTF_8))));
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The one that a server which speaks TLS from the first byte on shows now. */
    static String shownAt(Address address, String authorityFile) {
        try (SSLSocket socket = (SSLSocket) Trust.in(Files.readString(Path.of(authorityFile)))
                .socketFactory()
                .createSocket(address.host(), address.port())) {
            socket.startHandshake();
            return number(socket.getSession().getPeerCertificates()[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String number(Certificate certificate) {
        return ((X509Certificate) certificate).getSerialNumber().toString(16);
    }
}
