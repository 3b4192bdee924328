package dev.holdfast.secret;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;

/**
 * The private certificate authority of one stack. Its key and certificate, and the certificates it issued, are kept in
 * the stack's {@link SecretStore}; what a target writes into files are copies.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class CertificateAuthority {
    public static final Duration LEAF_LIFETIME = Duration.ofDays(90);
    public static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);

    private final String stack;
    private final SecretStore store;
    private final InstantSource clock;
    private final SecureRandom random;

    public CertificateAuthority(String stack, SecretStore store, InstantSource clock, SecureRandom random) {
        this.stack = stack;
        this.store = store;
        this.clock = clock;
        this.random = random;
    }

    /** The authority's certificate as PEM, made the first time anyone asks. */
    public String certificate() {
        throw new UnsupportedOperationException(stack + store.names() + clock + random);
    }

    /** A new certificate each time, kept nowhere. */
    public Issued issue(Subject subject, Duration lifetime) {
        throw new UnsupportedOperationException(subject + " " + lifetime);
    }

    /**
     * The certificate kept under that name of the store; a new one is issued and kept where there is none, where the
     * subject differs, where another authority signed it or where {@link #needsRenewal} says so.
     */
    public Issued current(SecretRef ref, Subject subject, Duration lifetime) {
        throw new UnsupportedOperationException(ref + " " + subject + " " + lifetime);
    }

    /** Whether less than a third of its lifetime is left. */
    public boolean needsRenewal(Issued issued) {
        throw new UnsupportedOperationException(issued.chain());
    }
}
