package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Lent;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Volumes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Writable copies of whole stacks as they were at one instant: made, thrown away, made anew and put in the place of what
 * they were made from. Whoever works on two stacks takes the lease of the one further from the root first.
 */
final class Branches {
    private final Stacks stacks;
    private final Events events;

    Branches(Stacks stacks, Events events) {
        this.stacks = stacks;
        this.events = events;
    }

    /**
     * A branch that is wanted.
     *
     * @param parent the stack to cut from
     * @param services all that the parent has where none is named
     * @param keeps whether it stays after the operation that it is made for
     */
    record Wish(
            String parent,
            String name,
            SortedSet<String> services,
            Cutter.Manner manner,
            boolean keeps,
            Optional<Instant> expires) {}

    record Made(ManagedStack branch, Cutter.Cut cut, long millis) {}

    Made create(Wish wish) throws InterruptedException {
        long begun = System.nanoTime();
        ManagedStack parent = stacks.find(wish.parent());
        Desired desired = parent.known();
        requireWhole(parent, desired);
        AtomicReference<Optional<Cutter.Cut>> cut = new AtomicReference<>(Optional.empty());
        Beside.Wish beside = new Beside.Wish(
                root(wish.parent()),
                wish.parent(),
                wish.name(),
                desired.source(),
                services(wish, stacks.read(parent.name(), desired)),
                "branched from " + wish.parent(),
                wish.manner().credentials(),
                wish.manner().masked(),
                wish.keeps(),
                wish.expires());
        ManagedStack branch = new Beside(stacks)
                .makeWith(
                        beside,
                        new Beside.Data() {
                            @Override
                            public void prepare(Stack derived) {
                                shut(derived, parent, wish.manner());
                            }

                            @Override
                            public void bring(ManagedStack child, ManagedStack.Live live) throws InterruptedException {
                                cut.set(Optional.of(cut(parent, child, live, wish.manner())));
                            }
                        },
                        events);
        return new Made(branch, cut.get().orElseThrow(), (System.nanoTime() - begun) / 1_000_000);
    }

    private Cutter.Cut cut(ManagedStack parent, ManagedStack child, ManagedStack.Live live, Cutter.Manner manner)
            throws InterruptedException {
        try (Lease.Held _ = parent.waitForLease(events)) {
            Desired desired = parent.known();
            requireWhole(parent, desired);
            if (!desired.up()) {
                return cutStill(parent, child, live, manner);
            }
            // members that run and that nobody looks after would write on while they are cloned; none may fall asleep
            // meanwhile
            try (Slumber.Awake _ =
                    parent.orRefuse().supervisor().slumber().awake("a branch is cut from " + parent.name())) {
                return cutStill(parent, child, live, manner);
            }
        }
    }

    private Cutter.Cut cutStill(ManagedStack parent, ManagedStack child, ManagedStack.Live live, Cutter.Manner manner)
            throws InterruptedException {
        Cutter.Cut cut = new Cutter(stacks, events).cut(parent, child, live, manner);
        parent.decisions()
                .add(
                        "",
                        (cut.pause().isZero()
                                        ? "cloned " + parent.name()
                                        : "held " + parent.name() + " still for "
                                                + Math.max(1, cut.pause().toMillis()) + " ms")
                                + " because the branch " + child.name() + " was asked for");
        return cut;
    }

    /** Nobody may come in with logins that are to change, nor see what is to be masked. */
    private void shut(Stack derived, ManagedStack parent, Cutter.Manner manner) {
        if (!manner.credentials()
                || (manner.masked() && Maskings.areDeclared(stacks.parts().register(), derived))) {
            new Lent(stacks.parts().places().stack(derived.name())).shut(parent.name());
        }
    }

    /** A stack that is being made, or whose data is just being replaced, holds nothing to be had. */
    private static void requireWhole(ManagedStack parent, Desired desired) {
        if (desired.derived().filter(made -> !made.filled() || made.recut()).isPresent()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3220,
                    "'" + parent.name() + "' has not all its data yet",
                    "Wait until it is made ('holdfast branch list'), or make it anew with 'holdfast branch reset'."));
        }
    }

    /** Servers that somebody else runs are left out: a branch of them would be the servers themselves. */
    private SortedSet<String> services(Wish wish, Stack parent) {
        SortedSet<String> services = new TreeSet<>(wish.services());
        for (String name : services) {
            Service<?> service = Optional.<Service<?>>ofNullable(
                            parent.services().get(name))
                    .orElseThrow(() -> WhyReport.noService(parent.name(), name));
            if (Elsewhere.is(service)) {
                throw new HoldfastException(Problem.of(
                        Code.HF3225,
                        "service '" + name + "' of '" + parent.name()
                                + "' cannot be branched: it is a server that somebody else runs",
                        "Restore a dump of it into a service of this stack, and branch that."));
            }
        }
        if (services.isEmpty()) {
            parent.services().values().stream()
                    .filter(service -> service.parent().isEmpty() && !Elsewhere.is(service))
                    .forEach(service -> services.add(service.name()));
        }
        if (services.isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3225,
                    "stack '" + parent.name() + "' has no service that could be branched",
                    "Branch a stack with a service that runs here."));
        }
        return services;
    }

    /** Removes the branch with all its data. */
    void delete(ManagedStack branch, String because) throws InterruptedException {
        try (Lease.Held _ = branch.waitForLease(events)) {
            Derived derived = requireFree(branch);
            Desired desired = branch.known();
            // a daemon that ends here leaves the rest to the next one
            new Desired(false, true, desired.source(), Optional.of(derived.filled(false))).write(branch.folder());
            new Beside(stacks).remove(branch, because);
        }
    }

    /** Refuses what must not go: a protected branch, and one that others were made from. */
    Derived requireFree(ManagedStack branch) {
        Derived derived = derived(branch);
        if (derived.isProtected()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3224,
                    "branch '" + branch.name() + "' is protected",
                    "If it is to go all the same, run: holdfast branch unprotect " + shortName(branch)));
        }
        List<String> children = children(branch.name());
        if (!children.isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3223,
                    "branch '" + branch.name() + "' cannot go before those that were made from it: "
                            + String.join(", ", children),
                    "Delete them first (holdfast branch delete "
                            + children.getFirst().substring(children.getFirst().indexOf(Stack.DERIVED) + 1)
                            + "), or promote one of them, which takes the branch's place."));
        }
        return derived;
    }

    /** Gives the branch what its parent has now; its name, ports and passwords stay. */
    Cutter.Cut reset(ManagedStack branch, Cutter.Manner asked) throws InterruptedException {
        try (Lease.Held _ = branch.waitForLease(events);
                Decisions.Watch _ = branch.decisions().watch(decision -> events.send(EventJson.decision(decision)))) {
            Derived derived = derived(branch);
            if (derived.isProtected()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3224,
                        "branch '" + branch.name() + "' is protected, and a reset throws away what it holds",
                        "If that is meant, run: holdfast branch unprotect " + shortName(branch)));
            }
            ManagedStack parent = stacks.find(derived.parent());
            Desired from = parent.known();
            requireWhole(parent, from);
            Instant now = stacks.parts().clock().instant();
            Stack stack = stacks.read(branch.name(), from.source(), Optional.of(derived));
            branch.live().ifPresent(live -> live.supervisor().stopAll("it is given what its parent has now"));
            branch.live().ifPresent(live -> live.supervisor().close());
            branch.ended();
            // a daemon that ends from here on leaves the rest to the next one
            new Desired(true, false, from.source(), Optional.of(derived.recut(true, now))).write(branch.folder());
            Cutter.Manner manner = new Cutter.Manner(false, asked.consent(), derived.credentials(), derived.masked());
            shut(stack, parent, manner);
            ManagedStack.Live live = stacks.open(branch, stack, from.source());
            if (derived.credentials()) {
                stacks.parts()
                        .places()
                        .lendSecrets(
                                parent.name(), branch.name(), stack.services().keySet());
            }
            BringUp bringUp = new BringUp(stacks, branch, events);
            bringUp.fetch(live.stack(), live.supervisor().workloads());
            Cutter.Cut cut = cut(parent, branch, live, manner);
            live.supervisor().up(true);
            bringUp.finish(live);
            new Desired(true, false, from.source(), Optional.of(derived.recut(false, now))).write(branch.folder());
            branch.want(true, true, from.source());
            branch.decisions()
                    .add("", "gave " + branch.name() + " what " + parent.name() + " has because it was asked for");
            return cut;
        }
    }

    /**
     * Has the branch and its parent change their data: the parent serves what the branch held, and the branch, which is
     * down then, holds what the parent had. In between there is nothing: it is one step of the file system.
     */
    void promote(ManagedStack branch, boolean approved) throws InterruptedException {
        Derived derived = derived(branch);
        String parentName = derived.parent();
        if (!approved) {
            throw new HoldfastException(Problem.of(
                    Code.HF3226,
                    "promoting '" + branch.name() + "' stops '" + parentName
                            + "' for a moment and puts what it holds aside," + " with everything written to it since "
                            + derived.made(),
                    "If that is meant, run: holdfast branch promote " + shortName(branch) + " --approve "
                            + parentName));
        }
        ManagedStack parent = stacks.find(parentName);
        try (Lease.Held _ = branch.waitForLease(events);
                Lease.Held _ = parent.waitForLease(events);
                Decisions.Watch _ = parent.decisions().watch(decision -> events.send(EventJson.decision(decision)))) {
            requireWhole(branch, branch.known());
            requireAlike(branch, parent);
            Promotion promotion = new Promotion(stacks, parent, branch);
            promotion.begin();
            promotion.finish();
            ManagedStack.Live live = stacks.open(
                    parent,
                    stacks.read(parentName, parent.known()),
                    parent.known().source());
            BringUp bringUp = new BringUp(stacks, parent, events);
            bringUp.fetch(live.stack(), live.supervisor().workloads());
            live.supervisor().up(true);
            bringUp.finish(live);
            parent.want(true, true, parent.known().source());
            parent.decisions()
                    .add(
                            "",
                            "promoted " + branch.name() + " because it was asked for and approved; what " + parentName
                                    + " held is in " + branch.name());
        }
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

    /** Those that were made from it, whether they are whole yet or not. */
    List<String> children(String name) {
        return stacks.names().stream()
                .filter(other -> stacks.findOrCreate(other)
                        .desired()
                        .flatMap(Desired::derived)
                        .filter(made -> made.parent().equals(name))
                        .isPresent())
                .toList();
    }

    static Derived derived(ManagedStack branch) {
        return branch.desired()
                .flatMap(Desired::derived)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3220,
                        branch.desired().isPresent()
                                ? "'" + branch.name() + "' is no branch but a stack of its own"
                                : "there is no branch '" + branch.name() + "'",
                        "See 'holdfast branch list' for the branches there are.")));
    }

    /** The stack that has the file of all of them. */
    static String root(String stack) {
        int at = stack.indexOf(Stack.DERIVED);
        return at < 0 ? stack : stack.substring(0, at);
    }

    private static String shortName(ManagedStack branch) {
        return branch.name().substring(branch.name().indexOf(Stack.DERIVED) + 1);
    }
}
