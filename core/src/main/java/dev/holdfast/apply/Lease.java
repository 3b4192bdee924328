package dev.holdfast.apply;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The right to change one stack: one operation at a time. Only one daemon has a data folder (it holds a lock on a file
 * there), so a lease within the process is enough.
 */
public final class Lease {
    private final String stack;
    private final InstantSource clock;
    private final Semaphore right = new Semaphore(1, true);
    private final AtomicReference<Optional<Holder>> holder = new AtomicReference<>(Optional.empty());

    public Lease(String stack, InstantSource clock) {
        this.stack = stack;
        this.clock = clock;
    }

    /** Who has it now; only to be told to people, it may have changed when this returns. */
    public Optional<Holder> holder() {
        return holder.get();
    }

    /** Takes the right for the current operation, waiting so long for whoever has it; close gives it back. */
    public Held take(Duration patience) throws InterruptedException {
        return tryTake(patience)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF4002,
                        "stack '" + stack + "' is being changed by "
                                + holder.get().map(Holder::toString).orElse("another command"),
                        "Wait until that has ended, or end it, then run the same command again.")));
    }

    /** As {@link #take}, for a caller that has something to do or to say while it waits. */
    public Optional<Held> tryTake(Duration patience) throws InterruptedException {
        if (!right.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return Optional.empty();
        }
        holder.set(Optional.of(new Holder(Operation.current(), clock.instant())));
        return Optional.of(new Held(this));
    }

    private void giveBack() {
        holder.set(Optional.empty());
        right.release();
    }

    /** Whoever has the right. */
    public record Holder(Operation operation, Instant since) {
        @Override
        public String toString() {
            return "'holdfast " + operation.what() + "' (operation " + operation.id() + " of " + operation.actor()
                    + ", since " + since + ")";
        }
    }

    /** The right itself; give it back once. */
    public static final class Held implements AutoCloseable {
        private final Lease lease;

        private Held(Lease lease) {
            this.lease = lease;
        }

        @Override
        public void close() {
            lease.giveBack();
        }
    }
}
