package dev.holdfast.engines.postgres.rehearsal;

import java.util.Set;

/**
 * What the server said at one moment.
 *
 * @param asked when it was asked, on the recorder's clock
 * @param log where the write-ahead log ended
 */
record Seen(long asked, long log, Set<Held> held) {
    Seen {
        held = Set.copyOf(held);
    }

    /** A lock that was granted. */
    record Held(long relation, String mode) {}
}
