package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.apply.Operation;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Filling;
import dev.holdfast.engine.Masking.Masked;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Filled;
import dev.holdfast.targets.local.Lent;
import dev.holdfast.targets.local.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes stacks {@code <source>@<name>} from the file of another: some of its services, with ports, secrets and an
 * authority of their own, holding data that was copied or restored. The source is read and never changed. One that was
 * not finished is removed, by whoever made it or by the next daemon. Why it is so is decision 0054.
 */
final class Beside {
    private static final Logger LOG = LoggerFactory.getLogger(Beside.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

    private final Stacks stacks;
    private Map<String, Masked> masked = Map.of();

    Beside(Stacks stacks) {
        this.stacks = stacks;
    }

    /**
     * What is wanted.
     *
     * @param source the stack whose file and environment the derived one shares; it need not be up
     * @param parent where the data comes from: the source, or another that was derived from it
     * @param from that file, with the text that is to hold
     * @param services of that file; companions come along
     * @param how where the data comes from, for people
     * @param credentials whether passwords are those of the source; otherwise new ones are set inside what was filled
     * @param masked whether the rules of the file for masking are followed before anybody is let in
     * @param kept whether it stays until somebody removes it; otherwise {@link #away} or the next daemon does
     */
    record Wish(
            String source,
            String parent,
            String name,
            Source from,
            SortedSet<String> services,
            String how,
            boolean credentials,
            boolean masked,
            boolean kept,
            Optional<Instant> expires,
            Optional<Duration> idle) {
        Wish(
                String source,
                String parent,
                String name,
                Source from,
                SortedSet<String> services,
                String how,
                boolean credentials,
                boolean masked,
                boolean kept,
                Optional<Instant> expires) {
            this(source, parent, name, from, services, how, credentials, masked, kept, expires, Optional.empty());
        }

        Wish(
                String source,
                String name,
                Source from,
                SortedSet<String> services,
                String how,
                boolean credentials,
                boolean kept) {
            this(source, source, name, from, services, how, credentials, false, kept, Optional.empty());
        }

        String stack() {
            return source + Stack.DERIVED + name;
        }

        Wish masking(boolean asked) {
            return new Wish(source, parent, name, from, services, how, credentials, asked, kept, expires);
        }
    }

    /** Says what fills the members, once the derived stack has its ports and secrets; the others begin empty. */
    interface Fillings {
        List<Filling> of(Stack derived, Context to) throws InterruptedException;
    }

    /** Brings the data of all members of a derived stack whose place is open and where nothing runs. */
    interface Data {
        void bring(ManagedStack managed, ManagedStack.Live live) throws InterruptedException;

        /** Comes before the place is opened: what its members are told depends on it. */
        default void prepare(Stack derived) {}
    }

    /** What is done in its members once they serve, while the data does not count as there yet. */
    interface Closed {
        void run(ManagedStack.Live live) throws InterruptedException;

        /** Asked once the data was brought. */
        default When when() {
            return When.SERVING;
        }
    }

    /** How far a derived stack is when something is done in it before its data counts as there. */
    enum When {
        /** There is nothing to do. */
        NEVER,
        /** As soon as its members serve, before anybody is let in. */
        SERVING,
        /** When they hold what the file says of databases and roles. */
        FINISHED
    }

    /** What was masked, by service, in what this one made. */
    Map<String, Masked> masked() {
        return masked;
    }

    ManagedStack make(Wish wish, Fillings fillings, Events events) throws InterruptedException {
        return make(wish, fillings, Optional.empty(), events);
    }

    /** The same; where what is done while it is closed fails, nothing of it is left. */
    ManagedStack make(Wish wish, Fillings fillings, Optional<Closed> closed, Events events)
            throws InterruptedException {
        return makeWith(wish, (managed, live) -> fill(managed, live, fillings, events), closed, events);
    }

    ManagedStack makeWith(Wish wish, Data data, Events events) throws InterruptedException {
        return makeWith(wish, data, Optional.empty(), events);
    }

    /**
     * Makes it and has it serve. Returns when every member is ready. Where it fails before all data is there and masked nothing
     * is left; after that a stack that is to be kept is, and {@code holdfast up --name} goes on with it.
     */
    ManagedStack makeWith(Wish wish, Data data, Optional<Closed> closed, Events events) throws InterruptedException {
        if (!NAME.matcher(wish.name()).matches()) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3213,
                            "'" + wish.name() + "' cannot be the name of a derived stack",
                            "Choose a name of at most 40 lower-case letters, digits and '-', beginning and ending with a letter or digit."));
        }
        try (Stacks.Leased leased = stacks.leased(wish.stack(), events)) {
            return makeWith(leased.managed(), wish, data, closed, events);
        }
    }

    private ManagedStack makeWith(ManagedStack managed, Wish wish, Data data, Optional<Closed> closed, Events events)
            throws InterruptedException {
        try (Decisions.Watch _ = managed.decisions().watch(decision -> events.send(EventJson.decision(decision)))) {
            requireFree(managed);
            Derived derived = new Derived(
                            wish.source(),
                            wish.parent(),
                            wish.services(),
                            wish.how(),
                            stacks.parts().clock().instant(),
                            false,
                            wish.kept(),
                            wish.credentials(),
                            wish.masked(),
                            false,
                            false,
                            false,
                            false,
                            wish.expires())
                    .sleeping(wish.idle());
            Stack stack = stacks.read(wish.stack(), wish.from(), Optional.of(derived));
            BringUp bringUp = new BringUp(stacks, managed, events);
            try {
                new Desired(false, false, wish.from(), Optional.of(derived)).write(managed.folder());
                if (wish.credentials()) {
                    stacks.parts()
                            .places()
                            .lendSecrets(
                                    wish.parent(),
                                    wish.stack(),
                                    new TreeSet<>(stack.services().keySet()));
                }
                data.prepare(stack);
                boolean masks =
                        wish.masked() && Maskings.areDeclared(stacks.parts().register(), stack);
                if (masks) {
                    new Lent(stacks.parts().places().stack(wish.stack())).shut(wish.parent());
                }
                ManagedStack.Live live = stacks.open(managed, stack, wish.from());
                bringUp.fetch(live.stack(), live.supervisor().workloads());
                data.bring(managed, live);
                Desired whole = new Desired(true, false, wish.from(), Optional.of(derived.filled(true)));
                When when = closed.map(Closed::when).orElse(When.NEVER);
                if (when == When.NEVER && !masks) {
                    whole.write(managed.folder());
                }
                managed.decisions().add("", "made " + wish.stack() + " because it was asked for: " + wish.how());
                live.supervisor().up(true);
                if (when == When.SERVING) {
                    bringUp.awaitServing(live);
                    watched(events, () -> closed.orElseThrow().run(live));
                    if (!masks) {
                        whole.write(managed.folder());
                    }
                }
                bringUp.finish(live);
                if (masks) {
                    // a daemon that ends before this removes it, whatever of it had been masked
                    whole.write(managed.folder());
                    masked = bringUp.masked();
                } else if (when == When.FINISHED) {
                    watched(events, () -> closed.orElseThrow().run(live));
                    whole.write(managed.folder());
                }
                managed.want(true, true, wish.from());
            } catch (HoldfastException | InterruptedException failed) {
                if (managed.desired()
                        .flatMap(Desired::derived)
                        .map(Derived::isLeftOver)
                        .orElse(true)) {
                    remove(managed, "it could not be made");
                }
                throw failed;
            }
        }
        return managed;
    }

    /** Ends and removes a derived stack with all its data. Harmless where there is none of that name. */
    void away(ManagedStack managed, String because) throws InterruptedException {
        Optional<Lease.Held> held = managed.takeLeaseWhileKnown();
        if (held.isPresent()) {
            try (Lease.Held _ = held.get()) {
                remove(managed, because);
            }
        }
    }

    /** Removes what a daemon that was killed had not finished, or had only made for an operation of its own. */
    void sweep(ManagedStack managed, Derived seen) {
        Operation operation = new Operation("sweep", "holdfast", "remove what was left over");
        Thread.ofVirtual()
                .name("sweep-" + managed.name())
                .start(() -> operation.run(() -> {
                    try (Lease.Held _ = managed.takeLease()) {
                        // another of that name may have been made meanwhile
                        if (managed.desired().flatMap(Desired::derived).equals(Optional.of(seen))) {
                            remove(managed, "the daemon that made it had ended under it");
                        }
                    } catch (HoldfastException problem) {
                        LOG.atError()
                                .setCause(problem)
                                .addKeyValue("stack", managed.name())
                                .log("a left-over stack stays");
                    } catch (InterruptedException stopping) {
                        Thread.currentThread().interrupt();
                    }
                }));
    }

    private void requireFree(ManagedStack managed) {
        Optional<Desired> there = managed.desired();
        if (there.isPresent()
                && there.get().derived().filter(derived -> !derived.filled()).isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3213,
                    "there is a stack '" + managed.name() + "' already, made "
                            + there.get()
                                    .derived()
                                    .map(made -> made.made() + ", " + made.how())
                                    .orElse("by hand"),
                    "Give the new one another name, or throw that one away first: holdfast down " + managed.name()
                            + " --purge"));
        }
        // nobody makes it any more: this operation has its lease
        end(managed, "what was left of an earlier attempt is in the way");
    }

    /** Has the fillings bring what they bring, one member after the other. */
    void fill(ManagedStack managed, ManagedStack.Live live, Fillings fillings, Events events)
            throws InterruptedException {
        Site site = live.supervisor().site();
        for (Filling filling : fillings.of(live.stack(), site.context())) {
            Workload workload = live.supervisor().workloads().stream()
                    .filter(one -> one.member().name().equals(filling.member()))
                    .findFirst()
                    .orElseThrow(() -> Stacks.unknownMember(managed.name(), filling.member()));
            watched(events, () -> site.fill(workload, filling, new Told(filling.member(), events)));
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    /** Does it as long as somebody waits for it; returns or throws when it has truly ended. */
    private static void watched(Events events, Work work) throws InterruptedException {
        Operation operation = Operation.current();
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread worker = Thread.ofVirtual()
                .name("fill")
                .start(() -> operation.run(() -> {
                    try {
                        work.run();
                        done.complete(null);
                    } catch (RuntimeException | InterruptedException failed) {
                        done.completeExceptionally(failed);
                    }
                }));
        try {
            CompletableFuture.anyOf(done.handle((nothing, failed) -> ""), events.gone())
                    .get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            if (!done.isDone()) {
                worker.interrupt();
            }
            worker.join();
        }
        try {
            done.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw BringUp.gone();
        }
    }

    /** The caller has the lease. */
    void remove(ManagedStack managed, String because) {
        end(managed, because);
        stacks.forget(managed);
    }

    private void end(ManagedStack managed, String because) {
        Optional<Desired> desired = managed.desired();
        Optional<ManagedStack.Live> known = managed.live();
        if (known.isEmpty() && desired.isEmpty()) {
            return;
        }
        ManagedStack.Live live = known.orElseGet(() -> stacks.open(
                managed,
                stacks.read(managed.name(), desired.orElseThrow()),
                desired.orElseThrow().source()));
        live.supervisor().stopAll(because);
        Site site = live.supervisor().retire();
        managed.ended();
        site.purge();
        LOG.atInfo()
                .addKeyValue("stack", managed.name())
                .addKeyValue("because", because)
                .log("removed");
    }

    /** The progress of a filling, as the client sees it. */
    private record Told(String where, Events events) implements Filled {
        @Override
        public void begins(Filling.Step step) {
            events.send(EventJson.progress(where, step.what()));
        }

        @Override
        public void reached(Filling.Step step, Filling.Amount amount) {
            events.send(
                    amount.total() > 0
                            ? EventJson.progress(where, step.what(), amount.done(), amount.total(), amount.unit())
                            : EventJson.progress(where, step.what() + ", " + amount.done() + " " + amount.unit()));
        }
    }
}
