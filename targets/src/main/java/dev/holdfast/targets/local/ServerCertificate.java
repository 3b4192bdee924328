package dev.holdfast.targets.local;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The certificate that lies in a member's folder; {@code digest} is that of its file. */
public record ServerCertificate(Instant from, Instant until, String digest) {
    private static final String NAME = "tls/server.crt";

    /** Empty where the member has none. One that cannot be read counts as long expired. */
    public static Optional<ServerCertificate> of(StackFolder folder, String member) {
        return Disk.read(folder.tls(member).resolve("server.crt")).map(bytes -> {
            String digest = Digest.of(bytes);
            try {
                X509Certificate leaf = (X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
                return new ServerCertificate(
                        leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant(), digest);
            } catch (CertificateException unreadable) {
                return new ServerCertificate(Instant.EPOCH, Instant.EPOCH, digest);
            }
        });
    }

    /** Whether the member has read this very file, as far as Holdfast knows; not so where somebody changed it by hand. */
    public boolean isInForce(Running running) {
        return running.inForce().find(NAME, "").equals(Optional.of(digest));
    }

    public boolean isExpired(Instant now) {
        return !now.isBefore(until);
    }

    public Duration left(Instant now) {
        return Duration.between(now, until);
    }

    /** Whether less than a third of its lifetime is left: from then on a new one is issued whenever it is asked for. */
    public boolean isDue(Instant now) {
        return left(now).compareTo(Duration.between(from, until).dividedBy(3)) < 0;
    }
}
