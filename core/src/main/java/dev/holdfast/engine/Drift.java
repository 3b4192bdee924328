package dev.holdfast.engine;

import java.time.Instant;
import java.util.Optional;

/**
 * Something inside a running engine that is not as the file says, with what the engine knows of how that came.
 *
 * @param where as in a plan
 * @param kind whether apply would put it right
 * @param who empty where the engine does not write that down, and then {@code unknown} says why
 */
public record Drift(
        String where,
        Kind kind,
        String what,
        Optional<Instant> at,
        Optional<String> who,
        Optional<String> statement,
        Optional<String> unknown) {

    /** What kind of difference it is. */
    public enum Kind {
        /** The file says otherwise; apply puts it right. */
        DIFFERENT,
        /** The file says nothing of it and Holdfast leaves it alone. */
        UNDECLARED,
        /** A rule of the file is broken that apply does not mend by itself. */
        OVERDUE
    }
}
