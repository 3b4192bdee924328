package dev.holdfast.targets.local;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The certificate that lies in a running member's folder.
 *
 * @param inForce whether the member has read this very file; false also where somebody changed it by hand
 */
public record ServerCertificate(Instant from, Instant until, boolean inForce) {
    private static final String NAME = "tls/server.crt";

    /** Empty where the member has none. One that cannot be read counts as long expired. */
    public static Optional<ServerCertificate> of(StackFolder folder, Running running) {
        Optional<String> inForce = running.inForce().find(NAME, "");
        return Disk.read(folder.tls(running.member()).resolve("server.crt")).map(bytes -> {
            boolean same = inForce.equals(Optional.of(Digest.of(bytes)));
            try {
                X509Certificate leaf = (X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
                return new ServerCertificate(
                        leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant(), same);
            } catch (CertificateException unreadable) {
                return new ServerCertificate(Instant.EPOCH, Instant.EPOCH, same);
            }
        });
    }

    public Duration left(Instant now) {
        return Duration.between(now, until);
    }

    /** Whether less than a third of its lifetime is left: from then on a new one is issued whenever it is asked for. */
    public boolean isDue(Instant now) {
        return left(now).compareTo(Duration.between(from, until).dividedBy(3)) < 0;
    }
}
