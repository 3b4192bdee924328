package dev.holdfast.engines.postgres.rehearsal;

import java.util.Set;

/** Which modes of a table's lock keep whom waiting: "Table 13.2 Conflicting Lock Modes" of the manual. */
final class LockMode {
    /** Rows changed by a transaction are kept from other writers until it ends. */
    static final String ROWS = "rows";

    private static final String ALL = "AccessExclusiveLock";
    private static final Set<String> WRITERS = Set.of("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", ALL, ROWS);

    private LockMode() {}

    static boolean blocksReads(String mode) {
        return mode.equals(ALL);
    }

    static boolean blocksWrites(String mode) {
        return WRITERS.contains(mode);
    }
}
