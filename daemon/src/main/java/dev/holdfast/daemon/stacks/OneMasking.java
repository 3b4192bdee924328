package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.Events;
import dev.holdfast.engine.Masking.Masked;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Lent;
import java.util.Map;

/**
 * The masking of a derived stack whose doors are closed, once for what was brought into it. What was broken off is never gone on
 * with: the rules would replace what they had put there, over triggers and indexes that are out of force.
 */
final class OneMasking {
    private final Stacks stacks;
    private final ManagedStack managed;
    private final Events events;

    OneMasking(Stacks stacks, ManagedStack managed, Events events) {
        this.stacks = stacks;
        this.managed = managed;
        this.events = events;
    }

    /** Returns what was done, by service; where it throws the doors stay closed until other data is brought. */
    Map<String, Masked> run(ManagedStack.Live live) throws InterruptedException {
        Lent lent = new Lent(stacks.parts().places().stack(managed.name()));
        if (lent.isMasked() || !isAsked(live)) {
            return Map.of();
        }
        if (lent.isHalfMasked()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3286,
                    "the masking of '" + managed.name()
                            + "' was broken off: it holds old values beside new ones, and nobody is let in",
                    "Make it anew with 'holdfast branch reset', or throw it away: holdfast down " + managed.name()
                            + " --purge"));
        }
        lent.maskingBegins();
        Map<String, Masked> done = Maskings.mask(stacks.parts().register(), live, events);
        lent.maskingEnds();
        done.forEach((service, masked) -> {
            managed.decisions()
                    .add(
                            "",
                            "masked " + masked.columns().size() + " columns of " + service
                                    + " because the file has rules for them");
            masked.notes().forEach(note -> managed.decisions().add("", note));
        });
        return done;
    }

    private boolean isAsked(ManagedStack.Live live) {
        return Maskings.areDeclared(stacks.parts().register(), live.stack())
                && managed.desired()
                        .flatMap(Desired::derived)
                        .filter(Derived::masks)
                        .isPresent();
    }
}
