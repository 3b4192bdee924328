package dev.holdfast.proof.engines;

import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.Issued;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.secret.Subject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The certificates of a stack's members, the right ones and, where a test wants to see what happens, wrong ones. */
final class Certificates {
    private static final Duration LIFETIME = CertificateAuthority.LEAF_LIFETIME;

    private final CertificateAuthority authority;
    private final CertificateAuthority longAgo;
    private final Map<String, Issued> current = new TreeMap<>();

    Certificates(String stack, SecretStore secrets, SecureRandom random) {
        this.authority = new CertificateAuthority(stack, secrets, InstantSource.system(), random);
        InstantSource before = InstantSource.offset(InstantSource.system(), Duration.ofDays(-400));
        this.longAgo = new CertificateAuthority(stack, secrets, before, random);
    }

    String authority() {
        return authority.certificate();
    }

    Issued renewed(String member) {
        return kept(member, authority.issue(subject(member, "127.0.0.1"), LIFETIME));
    }

    Issued expired(String member) {
        return kept(member, longAgo.issue(subject(member, "127.0.0.1"), LIFETIME));
    }

    Issued misnamed(String member) {
        return kept(member, authority.issue(subject("not-" + member, "127.0.0.2"), LIFETIME));
    }

    /** What stands in the member's {@code /tls}. */
    Map<String, byte[]> files(String member) {
        Issued issued = current.containsKey(member) ? current.get(member) : renewed(member);
        return Map.of(
                "ca.crt", authority().getBytes(StandardCharsets.UTF_8),
                "server.crt", issued.chain().getBytes(StandardCharsets.UTF_8),
                "server.key", issued.key().reveal().getBytes(StandardCharsets.UTF_8),
                "server.p12", issued.pkcs12());
    }

    private Issued kept(String member, Issued issued) {
        current.put(member, issued);
        return issued;
    }

    private static Subject subject(String member, String address) {
        return new Subject(member, new TreeSet<>(List.of("localhost", member)), new TreeSet<>(List.of(address)));
    }
}
