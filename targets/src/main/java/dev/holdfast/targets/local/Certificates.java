package dev.holdfast.targets.local;

import dev.holdfast.secret.Redacted;
import java.time.Instant;
import java.util.List;

/** The stack's own certificate authority, as far as the local target needs it. */
public interface Certificates {
    /** The authority's certificate in PEM. */
    String authority();

    /** A server certificate for the names (host names and IP addresses), signed by the authority. */
    Issued issue(String commonName, List<String> names);

    /** Certificate (with what stands between it and the authority) and private key, both in PEM. */
    record Issued(String certificate, Redacted key, Instant notBefore, Instant notAfter) {}
}
