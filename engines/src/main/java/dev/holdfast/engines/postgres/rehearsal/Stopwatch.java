package dev.holdfast.engines.postgres.rehearsal;

/** A clock that can be held, so that what looking on costs is in no figure. One thread holds it; any may read it. */
final class Stopwatch {
    private static final long RUNNING = Long.MIN_VALUE;

    private volatile long lost;
    private volatile long heldAt = RUNNING;

    long nanos() {
        long held = heldAt;
        return held == RUNNING ? System.nanoTime() - lost : held;
    }

    /** Until it is closed no time passes. */
    Pause held() {
        long from = System.nanoTime();
        heldAt = from - lost;
        return () -> {
            lost = System.nanoTime() - heldAt;
            heldAt = RUNNING;
        };
    }

    /** Time that does not count. */
    interface Pause extends AutoCloseable {
        @Override
        void close();
    }
}
