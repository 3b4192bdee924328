package dev.holdfast.secret;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Secrets that can be replaced, not only asked for: what a rotation needs of the place that keeps them. */
public interface Safe {
    /** Never makes one. */
    Optional<Redacted> find(SecretRef ref);

    /** When the secret was made or last replaced; empty for one that is older than such notes. */
    Optional<Instant> since(SecretRef ref);

    /** A new value of that many letters and digits, kept nowhere. */
    Redacted generated(int length);

    /** All of it or, after a crash, nothing. A value equal to the one kept keeps its age. */
    void replace(Map<SecretRef, Redacted> kept, Collection<SecretRef> removed);
}
