package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Volumes;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Has a branch and its parent change their data: the parent serves what the branch held, and the branch, which is down
 * then, holds what the parent had. In between there is nothing: it is one step of the file system.
 */
final class Promoter {
    private final Stacks stacks;
    private final Events events;

    Promoter(Stacks stacks, Events events) {
        this.stacks = stacks;
        this.events = events;
    }

    void run(ManagedStack branch, boolean approved) throws InterruptedException {
        Derived derived = Branches.derived(branch);
        String parentName = derived.parent();
        if (!approved) {
            throw new HoldfastException(Problem.of(
                    Code.HF3226,
                    "promoting '" + branch.name() + "' stops '" + parentName
                            + "' for a moment and puts what it holds aside," + " with everything written to it since "
                            + derived.made(),
                    "If that is meant, run: holdfast branch promote " + Branches.shortName(branch) + " --approve "
                            + parentName));
        }
        ManagedStack parent = stacks.find(parentName);
        try (Lease.Held _ = branch.waitForLease(events);
                Lease.Held _ = parent.waitForLease(events);
                Decisions.Watch _ = parent.decisions().watch(decision -> events.send(EventJson.decision(decision)))) {
            Optional<Promotion> pending = Promotion.pending(stacks, parent);
            if (pending.isPresent()) {
                pending.get().requireOf(branch);
                pending.get().finish();
            } else {
                Branches.requireWhole(branch, branch.known());
                Branches.requireWhole(parent, parent.known());
                requireAlike(branch, parent);
                changePlaces(branch, parent);
            }
            serve(parent);
            parent.want(true, true, parent.known().source());
            parent.decisions()
                    .add(
                            "",
                            "promoted " + branch.name() + " because it was asked for and approved; what " + parentName
                                    + " held is in " + branch.name());
        }
    }

    /** Where it fails before it is certain to be done, both are what they were. */
    private void changePlaces(ManagedStack branch, ManagedStack parent) throws InterruptedException {
        Desired held = branch.known();
        boolean served = parent.live().isPresent();
        Promotion promotion = Promotion.planned(stacks, parent, branch);
        try {
            promotion.begin();
        } catch (HoldfastException failed) {
            if (Promotion.pending(stacks, parent).isEmpty()) {
                held.write(branch.folder());
                if (held.up() && branch.live().isEmpty()) {
                    start(branch);
                }
                if (served && parent.live().isEmpty()) {
                    start(parent);
                }
            }
            throw failed;
        }
        promotion.finish();
    }

    private void start(ManagedStack stack) {
        Desired desired = stack.known();
        stacks.open(stack, stacks.read(stack.name(), desired), desired.source())
                .supervisor()
                .up(true);
    }

    private void serve(ManagedStack parent) throws InterruptedException {
        Desired desired = parent.known();
        ManagedStack.Live live = stacks.open(parent, stacks.read(parent.name(), desired), desired.source());
        BringUp bringUp = new BringUp(stacks, parent, events);
        bringUp.fetch(live.stack(), live.supervisor().workloads());
        live.supervisor().up(true);
        bringUp.finish(live);
    }

    /** Only a whole stack takes the place of a whole stack. */
    private void requireAlike(ManagedStack branch, ManagedStack parent) {
        Desired here = branch.known();
        Desired there = parent.known();
        SortedSet<String> has = local(stacks.read(branch.name(), here));
        SortedSet<String> needs = local(stacks.read(parent.name(), there));
        if (!has.equals(needs)) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3225,
                            "branch '" + branch.name() + "' has " + String.join(", ", has) + ", and '" + parent.name()
                                    + "' has " + String.join(", ", needs)
                                    + ", so it cannot take that one's place as a whole",
                            "Make a branch of the whole stack, or carry over what is in it with the tools of its engine (pg_dump, redis-cli)."));
        }
        // two servers of one history would write logs of one name into one archive
        for (String name : needs) {
            requireUnsaved(Bound.of(
                    stacks.parts().register(),
                    Optional.<Service<?>>ofNullable(
                                    stacks.read(parent.name(), there).services().get(name))
                            .orElseThrow()));
        }
        Volumes volumes = stacks.parts().places().volumes();
        StackFolder one = stacks.parts().places().stack(branch.name());
        StackFolder other = stacks.parts().places().stack(parent.name());
        if (!volumes.holding(one).name().equals(volumes.holding(other).name())) {
            throw new HoldfastException(Problem.of(
                    Code.HF3225,
                    "branch '" + branch.name() + "' and '" + parent.name() + "' live in different volumes",
                    "Move one of them: holdfast volumes convert " + branch.name() + " --to "
                            + volumes.holding(other).name()));
        }
    }

    private static <S extends Record> void requireUnsaved(Bound<S> bound) {
        if (bound.engine().protection() instanceof Support.Offered<Protection<S>>(Protection<S> protection)
                && protection.isAsked(bound.service())) {
            throw new HoldfastException(Problem.of(
                    Code.HF3225,
                    "service '" + bound.service().name()
                            + "' is saved, and a branch in its place would write to the same archive as if it were it",
                    "Restore it instead, which begins a history of its own: holdfast restore "
                            + bound.service().name() + ", then holdfast promote."));
        }
    }

    private static SortedSet<String> local(Stack stack) {
        SortedSet<String> names = new TreeSet<>();
        stack.services().values().stream()
                .filter(service -> service.parent().isEmpty() && !Elsewhere.is(service))
                .forEach(service -> names.add(service.name()));
        return names;
    }
}
