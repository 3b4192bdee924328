package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.apply.Operation;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Stack;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes branches whose time has come; what is protected, or what others were made from, stays until it is not. */
final class Expiry {
    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Stacks stacks;

    Expiry(Stacks stacks) {
        this.stacks = stacks;
    }

    /** Looks from now on, until the thread is interrupted. */
    Thread watch() {
        return Thread.ofVirtual().name("expiry").start(() -> {
            try {
                while (true) {
                    Thread.sleep(PAUSE);
                    for (ManagedStack managed : stacks.all()) {
                        look(managed);
                    }
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void look(ManagedStack managed) throws InterruptedException {
        try {
            if (isDue(managed) && Branches.children(stacks, managed.name()).isEmpty()) {
                new Operation("expire", "holdfast", "branch").<Optional<Void>, InterruptedException>call(() -> {
                    remove(managed);
                    return Optional.empty();
                });
            }
        } catch (HoldfastException stays) {
            LOG.atWarn().setCause(stays).addKeyValue("stack", managed.name()).log("a branch that is due stays");
        } catch (RuntimeException unexpected) {
            LOG.atError()
                    .setCause(unexpected)
                    .addKeyValue("stack", managed.name())
                    .log("looking for branches that are due failed");
        }
    }

    /** Who works on it now may be about to extend it; it is looked at again. */
    private void remove(ManagedStack managed) throws InterruptedException {
        Optional<Lease.Held> held = managed.tryLease(Duration.ZERO);
        if (held.isPresent()) {
            try (Lease.Held _ = held.get()) {
                if (isDue(managed)) {
                    new Branches(stacks, new UpOperation.Unheard()).deleteHeld(managed, "its time had come");
                }
            }
        }
    }

    private boolean isDue(ManagedStack managed) {
        Instant now = stacks.parts().clock().instant();
        return managed.name().indexOf(Stack.DERIVED) >= 0
                && managed.desired()
                        .flatMap(Desired::derived)
                        .filter(derived -> isDue(derived, now))
                        .isPresent();
    }

    static boolean isDue(Derived derived, Instant now) {
        return derived.kept()
                && !derived.isProtected()
                && derived.expires().filter(end -> !end.isAfter(now)).isPresent();
    }
}
