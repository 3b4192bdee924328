package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Journal;
import dev.holdfast.apply.Lease;
import dev.holdfast.apply.Operation;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.daemon.supervise.Pace;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.daemon.supervise.Supervisor;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Register;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every stack of this user, up or down. */
public final class Stacks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Stacks.class);

    /** How long a command waits for another that changes the same stack before it is told who that is. */
    static final Duration LEASE_PATIENCE = Duration.ofSeconds(3);

    /** For all that sleep when the daemon ends. */
    private static final Duration WAKING = Duration.ofSeconds(30);

    private final Parts parts;
    private final Savings savings;
    private final Schedules schedules;
    private final Computing computing;
    private final ConcurrentMap<String, ManagedStack> managed = new ConcurrentHashMap<>();
    private final List<Thread> watches = new CopyOnWriteArrayList<>();

    public Stacks(Parts parts) {
        this.parts = parts;
        this.savings = new Savings(parts.clock());
        this.schedules = new Schedules(this);
        this.computing = new Computing(this);
    }

    /**
     * What the work on stacks needs of its surroundings.
     *
     * @param ready how long an up waits for what it started
     */
    public record Parts(
            Places places, Reading reading, Register register, Pace pace, Duration ready, InstantSource clock) {}

    /** Turns the text of a stack file into a stack; {@code source} is what positions name. */
    public interface Reading {
        Stack read(String source, String text, Optional<String> environment);
    }

    Computing computing() {
        return computing;
    }

    /** From now on what is due is done, whether anybody asks or not. */
    public void beginSchedules() {
        schedules.begin();
        computing.begin();
    }

    Savings savings() {
        return savings;
    }

    Parts parts() {
        return parts;
    }

    /** Takes up again every stack that should be up: adopts what runs, starts what died while nobody looked. */
    public void adoptAll() {
        watches.add(new Rotations(this).watch());
        watches.add(new VolumeWatch(this).watch());
        watches.add(new Expiry(this).watch());
        finishPromotions();
        for (String name : parts.places().names()) {
            try {
                ManagedStack stack = find(name);
                Optional<Desired> desired = stack.desired();
                Optional<Derived> leftOver = desired.flatMap(Desired::derived).filter(Derived::isLeftOver);
                if (leftOver.isPresent() && !isStillNeeded(stack, leftOver.get())) {
                    new Beside(this).sweep(stack, leftOver.get());
                } else if (desired.flatMap(Desired::derived)
                        .filter(Derived::recut)
                        .isPresent()) {
                    resetAgain(stack);
                } else if (desired.isPresent() && desired.get().up()) {
                    new UpOperation(this).takeUpAgain(stack, desired.get());
                }
            } catch (HoldfastException problem) {
                // one broken stack is no reason to leave the others alone; every command about it says the same
                LOG.atError().setCause(problem).addKeyValue("stack", name).log("a stack cannot be taken up again");
            }
        }
    }

    /** Others that are to stay were made from it, so that it stays, too, although what it was made for has ended. */
    private boolean isStillNeeded(ManagedStack stack, Derived leftOver) {
        boolean needed = leftOver.filled()
                && Branches.children(this, stack.name()).stream()
                        .map(child -> Desired.read(parts.places().folder(child)).flatMap(Desired::derived))
                        .anyMatch(child ->
                                child.filter(derived -> !derived.isLeftOver()).isPresent());
        if (needed) {
            stack.known().with(leftOver.keptFromNow()).write(stack.folder());
            stack.decisions().add("", "kept " + stack.name() + " because others were made from it");
        }
        return needed;
    }

    /** Before anything is opened: two stacks whose data was to change places must not run with either's. */
    private void finishPromotions() {
        for (String name : parts.places().names()) {
            try {
                Promotion.pending(this, find(name)).ifPresent(Promotion::finish);
            } catch (HoldfastException problem) {
                LOG.atError().setCause(problem).addKeyValue("stack", name).log("a promotion cannot be finished");
            }
        }
    }

    /** It has nothing that it could serve until that is done. */
    private void resetAgain(ManagedStack branch) {
        Thread.ofVirtual()
                .name("reset-" + branch.name())
                .start(() -> new Operation("reset", "holdfast", "finish").run(() -> {
                    try {
                        new Recut(this, new UpOperation.Unheard()).finish(branch);
                    } catch (HoldfastException problem) {
                        LOG.atError()
                                .setCause(problem)
                                .addKeyValue("stack", branch.name())
                                .log("an interrupted reset could not be finished");
                    } catch (InterruptedException stopping) {
                        Thread.currentThread().interrupt();
                    }
                }));
    }

    /** A stack that has state here. */
    ManagedStack find(String name) {
        if (!managed.containsKey(name) && !Files.isDirectory(parts.places().folder(name))) {
            throw unknown(name);
        }
        return findOrCreate(name);
    }

    ManagedStack findOrCreate(String name) {
        return managed.computeIfAbsent(name, this::created);
    }

    List<ManagedStack> all() {
        return List.copyOf(managed.values());
    }

    List<String> names() {
        TreeSet<String> names = new TreeSet<>(managed.keySet());
        names.addAll(parts.places().names());
        return List.copyOf(names);
    }

    /** Whoever removed it has its lease; who waits for that learns that it is gone. */
    void forget(ManagedStack gone) {
        gone.forgotten();
        managed.remove(gone.name(), gone);
    }

    /** A stack and the right to change it. */
    record Leased(ManagedStack managed, Lease.Held held) implements AutoCloseable {
        @Override
        public void close() {
            held.close();
        }
    }

    /** The stack that has that name once nobody else changes it: it may have been removed and made anew meanwhile. */
    Leased leased(String name, Events events) throws InterruptedException {
        while (true) {
            ManagedStack stack = findOrCreate(name);
            Optional<Lease.Held> held = stack.waitForLeaseWhileKnown(events);
            if (held.isPresent()) {
                return new Leased(stack, held.get());
            }
        }
    }

    /** As {@link #findOrCreate}, for a name that somebody gave to a file: a derived stack is made otherwise. */
    ManagedStack forFile(String name) {
        boolean derived = name.indexOf(Stack.DERIVED) >= 0;
        if (derived
                && Desired.read(parts.places().folder(name))
                        .flatMap(Desired::derived)
                        .isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3213,
                    "'" + name + "' is the name of a stack derived from another, and there is none of that name",
                    "Choose a name without '" + Stack.DERIVED
                            + "', or see 'holdfast stacks' for the derived stacks there are."));
        }
        return findOrCreate(name);
    }

    Stack read(String name, Desired desired) {
        return read(name, desired.source(), desired.derived());
    }

    /** The stack as the source says it, under its own name; of a derived one the part that it has. */
    Stack read(String name, Source source, Optional<Derived> derived) {
        Stack stack = parts.reading().read(source.file().toString(), source.resolved(), source.environment());
        Set<String> kept = derived.<Set<String>>map(Derived::services)
                .orElse(stack.services().keySet());
        for (String service : kept) {
            if (!stack.services().containsKey(service)) {
                throw new HoldfastException(Problem.of(
                        Code.HF3215,
                        "stack '" + name + "' was made to hold the service '" + service + "', which " + source.file()
                                + " does not declare",
                        "Name a service the file declares, or give it that service back; a derived stack of no more use goes with 'holdfast down "
                                + name + " --purge'."));
            }
        }
        Stack part = stack.keeping(name, kept);
        return derived.isEmpty()
                ? part
                : derived.get()
                        .idle()
                        .map(time -> Idle.in(parts.register(), home(part), time))
                        .orElseGet(() -> home(part));
    }

    /** Nothing of a derived stack is somebody else's: a server that was is run here. */
    private Stack home(Stack stack) {
        SortedMap<String, Service<?>> services = new TreeMap<>(stack.services());
        services.replaceAll(
                (name, service) -> Elsewhere.is(service) ? home(Bound.of(parts.register(), service)) : service);
        services.values()
                .removeIf(service -> service.parent()
                        .flatMap(parent ->
                                Optional.<Service<?>>ofNullable(stack.services().get(parent)))
                        .filter(Elsewhere::is)
                        .isPresent());
        return new Stack(stack.name(), stack.environment(), services, stack.objectives());
    }

    private static <S extends Record> Service<S> home(Bound<S> bound) {
        return bound.engine()
                .provisioning()
                .copying()
                .orRefuse()
                .bringingHome()
                .orRefuse()
                .home(bound.service());
    }

    /** Refuses a stack whose services name files that are not as they should be. */
    void checkFiles(Stack stack) {
        Problems problems = new Problems();
        stack.services()
                .values()
                .forEach(service -> Bound.of(parts.register(), service).checkFiles(problems));
        problems.throwIfAny();
    }

    /** Opens the place and looks after it from now on; starts nothing. */
    ManagedStack.Live open(ManagedStack managedStack, Stack stack, Source source) {
        Promotion.requireNone(this, managedStack);
        return live(managedStack, stack, parts.places().open(stack, source));
    }

    /** The same, after members whose ports somebody else holds were given new ones. */
    ManagedStack.Live openElsewhere(ManagedStack managedStack, Stack stack, Source source) {
        Promotion.requireNone(this, managedStack);
        Site site = parts.places().open(stack, source);
        try {
            reassign(managedStack, site);
        } catch (RuntimeException failed) {
            site.close();
            throw failed;
        }
        return live(managedStack, stack, site);
    }

    /** Returns the members that have new ports. */
    static List<String> reassign(ManagedStack managedStack, Site site) {
        List<String> reassigned = site.reassignPorts();
        for (String member : reassigned) {
            managedStack
                    .decisions()
                    .add(member, "gave " + member + " new ports because another program holds the ones it had");
        }
        return reassigned;
    }

    private ManagedStack.Live live(ManagedStack managedStack, Stack stack, Site site) {
        Supervisor supervisor =
                new Supervisor(site, parts.register(), managedStack.decisions(), parts.pace(), parts.clock());
        ManagedStack.Live live = new ManagedStack.Live(stack, supervisor);
        managedStack.live(live);
        return live;
    }

    static HoldfastException unknownMember(String stack, String member) {
        return new HoldfastException(Problem.of(
                Code.HF3206,
                "stack '" + stack + "' has no member '" + member + "'",
                "See 'holdfast status' for its services and members."));
    }

    static HoldfastException unknown(String name) {
        return new HoldfastException(Problem.of(
                Code.HF3206,
                "there is no stack '" + name + "' here",
                "See 'holdfast stacks', or start it with 'holdfast up FILE'."));
    }

    /**
     * Wakes whatever sleeps, for nobody will listen for it once this process has ended.
     *
     * @return those that sleep on, as STACK/SERVICE
     */
    public List<String> wakeSleepers() throws InterruptedException {
        List<String> left = new ArrayList<>();
        long end = System.nanoTime() + WAKING.toNanos();
        for (ManagedStack stack : managed.values()) {
            Optional<ManagedStack.Live> live = stack.live();
            if (live.isPresent()) {
                live.get()
                        .supervisor()
                        .slumber()
                        .wakeForGood(
                                "the daemon ends, and nobody would listen for it",
                                Duration.ofNanos(Math.max(1, end - System.nanoTime())))
                        .forEach(service -> left.add(stack.name() + "/" + service));
            }
        }
        return left;
    }

    /** Leaves every engine as it is. */
    @Override
    public void close() {
        watches.forEach(Thread::interrupt);
        schedules.close();
        computing.close();
        for (ManagedStack stack : managed.values()) {
            stack.live().ifPresent(live -> live.supervisor().close());
            stack.ended();
        }
    }

    private ManagedStack created(String name) {
        Path folder = parts.places().folder(name);
        Journal journal = new Journal(folder.resolve("journal.ndjson"), parts.clock());
        return new ManagedStack(
                name,
                folder,
                new Lease(name, parts.clock()),
                journal,
                new Decisions(name, journal, parts.clock()),
                parts.clock());
    }
}
