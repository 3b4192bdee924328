package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Journal;
import dev.holdfast.apply.Lease;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.daemon.supervise.Supervisor;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Source;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** One stack the daemon knows. {@code live} is there while its members are looked after. */
final class ManagedStack {
    /** How often somebody who waits for the stack looks whether its client still does. */
    private static final Duration LOOK_UP = Duration.ofMillis(500);

    private final String name;
    private final Path folder;
    private final Lease lease;
    private final Journal journal;
    private final Decisions decisions;
    private final InstantSource clock;
    private final ConcurrentMap<String, Lease> savings = new ConcurrentHashMap<>();
    private final SavingMemory saved;
    private final AtomicBoolean forgotten = new AtomicBoolean();
    private final Cuts cuts = new Cuts(this);
    private final AtomicReference<Optional<Live>> live = new AtomicReference<>(Optional.empty());

    ManagedStack(String name, Path folder, Lease lease, Journal journal, Decisions decisions, InstantSource clock) {
        this.clock = clock;
        this.name = name;
        this.folder = folder;
        this.saved = new SavingMemory(folder);
        this.lease = lease;
        this.journal = journal;
        this.decisions = decisions;
    }

    record Live(Stack stack, Supervisor supervisor) {}

    String name() {
        return name;
    }

    Path folder() {
        return folder;
    }

    /**
     * Waits for the operation that has the stack now, as long as the client does, and says whom it waits for: what it
     * asked for is right after that operation, too. Refuses where that operation removed the stack.
     */
    Lease.Held waitForLease(Events events) throws InterruptedException {
        return unlessForgotten(waitFor(lease, events)).orElseThrow(() -> Stacks.unknown(name));
    }

    /** The same; empty where that operation removed the stack, and this is not the one of that name any more. */
    Optional<Lease.Held> waitForLeaseWhileKnown(Events events) throws InterruptedException {
        return unlessForgotten(waitFor(lease, events));
    }

    /** Waits no longer than somebody in front of a terminal does for a thing that should be free. */
    Lease.Held takeLease() throws InterruptedException {
        return takeLeaseWhileKnown().orElseThrow(() -> Stacks.unknown(name));
    }

    Optional<Lease.Held> takeLeaseWhileKnown() throws InterruptedException {
        return unlessForgotten(lease.take(Stacks.LEASE_PATIENCE));
    }

    /** Empty where somebody else has it. */
    Optional<Lease.Held> tryLease(Duration patience) throws InterruptedException {
        return lease.tryTake(patience).flatMap(this::unlessForgotten);
    }

    Optional<Lease.Holder> holder() {
        return lease.holder();
    }

    private Optional<Lease.Held> unlessForgotten(Lease.Held held) {
        if (forgotten.get()) {
            held.close();
            return Optional.empty();
        }
        return Optional.of(held);
    }

    /** The one of that name is another one from now on. Whoever says so has the lease. */
    void forgotten() {
        forgotten.set(true);
    }

    boolean isForgotten() {
        return forgotten.get();
    }

    /** The cuts that are asked of it. */
    Cuts cuts() {
        return cuts;
    }

    /** The same for the right to save one service, which is held for as long as that takes and bars nothing else. */
    Lease.Held waitForSaving(String service, Events events) throws InterruptedException {
        return waitFor(saving(service), events);
    }

    Lease saving(String service) {
        return savings.computeIfAbsent(service, any -> new Lease(name + "/" + service, clock));
    }

    /** How its services were saved. */
    SavingMemory saved() {
        return saved;
    }

    private Lease.Held waitFor(Lease right, Events events) throws InterruptedException {
        Optional<Lease.Held> held = right.tryTake(Duration.ZERO);
        String told = "";
        while (held.isEmpty()) {
            told = tellHolder(right.holder(), told, events);
            if (events.isGone()) {
                throw BringUp.gone();
            }
            held = right.tryTake(LOOK_UP);
        }
        return held.get();
    }

    /** Says it where it is news; returns what is known now. */
    String tellHolder(Optional<Lease.Holder> holder, String told, Events events) {
        String now = holder.map(Lease.Holder::toString).orElse("");
        if (now.isEmpty() || now.equals(told)) {
            return told;
        }
        events.send(EventJson.progress(name, "waits for " + now));
        return now;
    }

    Journal journal() {
        return journal;
    }

    Decisions decisions() {
        return decisions;
    }

    Optional<Live> live() {
        return live.get();
    }

    void live(Live next) {
        live.set(Optional.of(next));
    }

    void ended() {
        live.set(Optional.empty());
    }

    Live orRefuse() {
        return live().orElseThrow(() -> new HoldfastException(
                Problem.of(Code.HF3212, "stack '" + name + "' is not up", "Start it with 'holdfast up'.")));
    }

    Optional<Desired> desired() {
        return Desired.read(folder);
    }

    /** Writes down what is wanted from now on. What the stack was made from stays as it is. */
    void want(boolean up, boolean settled, Source source) {
        new Desired(up, settled, source, desired().flatMap(Desired::derived)).write(folder);
    }

    Desired known() {
        return desired().orElseThrow(() -> Stacks.unknown(name));
    }
}
