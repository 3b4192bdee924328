package dev.holdfast.targets.local;

import dev.holdfast.secret.Redacted;
import java.util.SortedSet;

/** The stack's own certificate authority, as far as the local target needs it. */
public interface Certificates {
    /** The authority's certificate in PEM. */
    String authority();

    /** The certificate of that member, issued anew when the kept one is due or names something else. */
    Issued current(String member, SortedSet<String> names, SortedSet<String> addresses);

    /** A certificate with its key: the chain and the key in PEM, and both as PKCS#12. */
    interface Issued {
        String chain();

        Redacted key();

        /** Not the same bytes each time. */
        byte[] keyStore();
    }
}
