package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Lent;
import java.time.Duration;
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
     * @param idle after how long without a client its services sleep, whatever the file says
     */
    record Wish(
            String parent,
            String name,
            SortedSet<String> services,
            Cutter.Manner manner,
            boolean keeps,
            Optional<Instant> expires,
            Optional<Duration> idle) {
        Wish(
                String parent,
                String name,
                SortedSet<String> services,
                Cutter.Manner manner,
                boolean keeps,
                Optional<Instant> expires) {
            this(parent, name, services, manner, keeps, expires, Optional.empty());
        }
    }

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
                wish.expires(),
                wish.idle());
        wish.idle()
                .ifPresent(time -> Idle.require(
                        stacks.parts().register(), stacks.read(parent.name(), desired), beside.services(), time));
        ManagedStack branch = new Beside(stacks)
                .makeWith(
                        beside,
                        new Beside.Data() {
                            @Override
                            public void prepare(Stack derived) {
                                shut(stacks, derived, parent, wish.manner());
                            }

                            @Override
                            public void bring(ManagedStack child, ManagedStack.Live live) throws InterruptedException {
                                cut.set(Optional.of(parent.cuts()
                                        .of(stacks, new Cutter.Request(child, live, wish.manner(), events))));
                            }
                        },
                        events);
        return new Made(branch, cut.get().orElseThrow(), (System.nanoTime() - begun) / 1_000_000);
    }

    /** Nobody may come in with logins that are to change, nor see what is to be masked. */
    static void shut(Stacks stacks, Stack derived, ManagedStack parent, Cutter.Manner manner) {
        if (!manner.credentials()
                || (manner.masked() && Maskings.areDeclared(stacks.parts().register(), derived))) {
            new Lent(stacks.parts().places().stack(derived.name())).shut(parent.name());
        }
    }

    /** A stack that is being made, or whose data is just being replaced, holds nothing to be had. */
    static void requireWhole(ManagedStack parent, Desired desired) {
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
            deleteHeld(branch, because);
        }
    }

    /** Removes one that was made for something that has ended, unless it is wanted by now for more than that. */
    void deleteAfterUse(ManagedStack branch, String because) throws InterruptedException {
        Optional<Lease.Held> held = branch.waitForLeaseWhileKnown(events);
        if (held.isEmpty()) {
            return;
        }
        try (Lease.Held _ = held.get()) {
            Derived derived = derived(branch);
            if (derived.kept()) {
                return;
            }
            List<String> children = children(stacks, branch.name());
            if (children.isEmpty()) {
                deleteHeld(branch, because);
            } else {
                branch.known().with(derived.keptFromNow()).write(branch.folder());
                branch.decisions()
                        .add(
                                "",
                                "kept " + branch.name() + " because " + String.join(", ", children)
                                        + " were made from it");
            }
        }
    }

    /** The caller has the lease. */
    void deleteHeld(ManagedStack branch, String because) {
        Derived derived = derived(branch);
        requireFree(branch, Optional.of(derived));
        Promotion.requireNone(stacks, branch);
        Desired desired = branch.known();
        // a daemon that ends here leaves the rest to the next one
        new Desired(false, true, desired.source(), Optional.of(derived.filled(false))).write(branch.folder());
        new Beside(stacks).remove(branch, because);
    }

    /** Refuses what must not go: a protected branch, and a stack that others were made from. */
    void requireFree(ManagedStack stack, Optional<Derived> derived) {
        if (derived.filter(Derived::isProtected).isPresent()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3224,
                    "branch '" + stack.name() + "' is protected",
                    "If it is to go all the same, run: holdfast branch unprotect " + shortName(stack)));
        }
        List<String> children = children(stacks, stack.name());
        if (!children.isEmpty()) {
            String first = children.getFirst();
            throw new HoldfastException(Problem.of(
                    Code.HF3223,
                    (derived.isPresent() ? "branch '" : "stack '") + stack.name()
                            + "' cannot go before those that were made from it: " + String.join(", ", children),
                    "Delete them first: holdfast branch delete " + first.substring(first.indexOf(Stack.DERIVED) + 1)
                            + " --stack " + root(first)
                            + (children.size() > 1 ? ", and the same of the others." : ".")));
        }
    }

    /** Those that were made from it, whether they are whole yet or not. */
    static List<String> children(Stacks stacks, String name) {
        String beside = root(name) + Stack.DERIVED;
        return stacks.names().stream()
                .filter(other -> other.startsWith(beside))
                .filter(other -> Desired.read(stacks.parts().places().folder(other))
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

    static String shortName(ManagedStack branch) {
        return branch.name().substring(branch.name().indexOf(Stack.DERIVED) + 1);
    }
}
