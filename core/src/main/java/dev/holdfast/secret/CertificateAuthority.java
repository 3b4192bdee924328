package dev.holdfast.secret;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The private certificate authority of one stack. Its key and certificate, and the certificates it keeps, are in the
 * stack's {@link SecretStore}; what a target writes into files are copies.
 */
public final class CertificateAuthority {
    public static final Duration LEAF_LIFETIME = Duration.ofDays(90);
    public static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);

    /** No service can have this name, so no secret of a service can be this one. */
    private static final SecretRef AUTHORITY = new SecretRef("_stack", "authority");

    /** Clocks of containers and of laptops that slept are off by minutes, and a new certificate is used at once. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

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
        return authority().chain();
    }

    /** A new certificate each time, kept nowhere. It never outlives the authority. */
    public Issued issue(Subject subject, Duration lifetime) {
        return issued(authority(), subject, lifetime);
    }

    /**
     * The certificate kept under that name of the store; a new one is issued and kept where there is none, where the
     * subject differs, where another authority signed it or where {@link #needsRenewal} says so.
     */
    public Issued current(SecretRef ref, Subject subject, Duration lifetime) {
        Issued authority = authority();
        return Issued.from(store.secret(
                ref,
                kept -> fits(Issued.from(kept), authority, subject),
                () -> issued(authority, subject, lifetime).bundle()));
    }

    /** Whether less than a third of its lifetime is left. */
    public boolean needsRenewal(Issued issued) {
        X509Certificate leaf = issued.leaf();
        Instant until = leaf.getNotAfter().toInstant();
        Duration whole = Duration.between(leaf.getNotBefore().toInstant(), until);
        return Duration.between(clock.instant(), until).compareTo(whole.dividedBy(3)) < 0;
    }

    private Issued authority() {
        return Issued.from(store.secret(AUTHORITY, () -> {
            Instant now = clock.instant();
            return new Issuing(random)
                    .authority(stack, now.minus(BACKDATED), now.plus(AUTHORITY_LIFETIME))
                    .bundle();
        }));
    }

    private Issued issued(Issued authority, Subject subject, Duration lifetime) {
        Instant now = clock.instant();
        Instant end = authority.expiry();
        if (!now.isBefore(end)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3412,
                    "the certificate authority of stack '" + stack + "' expired at " + end,
                    "Check this machine's clock. If it is right, make the stack's authority anew and hand its certificate"
                            + " to all clients."));
        }
        Instant until = now.plus(lifetime);
        return new Issuing(random).leaf(authority, subject, now.minus(BACKDATED), until.isBefore(end) ? until : end);
    }

    private boolean fits(Issued issued, Issued authority, Subject subject) {
        X509Certificate leaf = issued.leaf();
        try {
            leaf.verify(authority.leaf().getPublicKey());
            return !needsRenewal(issued)
                    && leaf.getSubjectX500Principal().getName().equals("CN=" + subject.commonName())
                    && names(leaf, DNS_NAME).equals(subject.dnsNames())
                    && addresses(names(leaf, IP_ADDRESS)).equals(addresses(subject.addresses()));
        } catch (GeneralSecurityException e) {
            // signed by another authority, which is reason enough for a new one
            return false;
        }
    }

    private static SortedSet<String> names(X509Certificate leaf, int kind) throws GeneralSecurityException {
        SortedSet<String> names = new TreeSet<>();
        Collection<List<?>> all = leaf.getSubjectAlternativeNames();
        for (List<?> name : all == null ? List.<List<?>>of() : all) {
            if (name.getFirst().equals(kind)) {
                names.add(String.valueOf(name.get(1)));
            }
        }
        return names;
    }

    /** By value: the JDK writes an IPv6 address out in full. Literals only, so nothing is looked up. */
    private static Set<InetAddress> addresses(SortedSet<String> texts) {
        Set<InetAddress> addresses = new HashSet<>();
        for (String text : texts) {
            try {
                addresses.add(InetAddress.ofLiteral(text));
            } catch (IllegalArgumentException e) {
                return Set.of();
            }
        }
        return addresses;
    }
}
