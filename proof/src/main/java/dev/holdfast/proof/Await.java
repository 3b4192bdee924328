package dev.holdfast.proof;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for something to become true, and says what was there instead when it does not. */
public final class Await {
    private static final Duration STEP = Duration.ofMillis(20);

    private Await() {}

    public static void until(String what, Duration patience, BooleanSupplier condition, Supplier<String> otherwise) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + patience + ": " + what + "\n" + otherwise.get());
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }
}
