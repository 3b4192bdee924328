package dev.holdfast.targets.local.image;

/** Told how far an installation is. Called from several threads, but never by two at once; it must return quickly. */
@FunctionalInterface
public interface Progress {

    void report(Step step);

    static Progress silent() {
        return step -> {};
    }

    /** {@code done} of {@code total} bytes where the phase moves bytes; both 0 where the phase only takes time. */
    record Step(Phase phase, long done, long total, String what) {}

    /** In the order in which they happen; a phase that has nothing to do is left out. */
    enum Phase {
        /** Another installation holds the cache. */
        WAITING,
        INDEXES,
        RESOLVING,
        DOWNLOADING,
        UNPACKING,
        ASSEMBLING
    }
}
