package dev.holdfast.secret;

import java.security.SecureRandom;
import java.time.Instant;

/**
 * A certificate and its key as PEM: {@code chain} is the leaf followed by the authority, {@code key} is PKCS#8.
 */
@SuppressWarnings("DoNotCallSuggester")
public record Issued(String chain, Redacted key) {

    /** The moment from which on the leaf is refused. */
    public Instant expiry() {
        throw new UnsupportedOperationException();
    }

    /** The same key and chain as a PKCS#12 store with the one alias {@code server}. */
    public byte[] pkcs12(Redacted password, SecureRandom random) {
        throw new UnsupportedOperationException();
    }
}
