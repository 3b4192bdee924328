package dev.holdfast.daemon.supervise;

import dev.holdfast.apply.Tasks;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Register;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Running;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** Looks after all members of one stack. One keeper a member; this class only speaks to several of them. */
public final class Supervisor implements AutoCloseable {
    /** Above every patience that a workload may ask for when it is stopped. */
    private static final Duration STOP_DEADLINE = Duration.ofMinutes(5);

    private final Register register;
    private final Decisions decisions;
    private final Pace pace;
    private final InstantSource clock;
    private final AtomicReference<Site> site;
    private final Board board;
    private final Probe probe;
    private final Map<String, Keeper> keepers = new ConcurrentHashMap<>();
    private final Slumber slumber;

    public Supervisor(Site site, Register register, Decisions decisions, Pace pace, InstantSource clock) {
        this.register = register;
        this.decisions = decisions;
        this.pace = pace;
        this.clock = clock;
        this.site = new AtomicReference<>(site);
        this.board = new Board(this::readinessChanged);
        this.probe = new Probe(register, this.site::get, pace.probeDeadline(), clock);
        for (Workload workload : site.workloads()) {
            keep(workload);
        }
        this.slumber = new Slumber(this, decisions, clock);
        slumber.plan();
    }

    /** Which services sleep. */
    public Slumber slumber() {
        return slumber;
    }

    public Site site() {
        return site.get();
    }

    public Board board() {
        return board;
    }

    public Register register() {
        return register;
    }

    /** The workloads looked after, what is needed before what needs it. */
    public List<Workload> workloads() {
        List<Workload> kept = new ArrayList<>();
        for (Workload workload : site().workloads()) {
            Keeper keeper = keepers.get(workload.member().name());
            if (keeper != null) {
                kept.add(keeper.workload());
            }
        }
        return kept;
    }

    /**
     * Has every member run; returns at once. Members that run are adopted.
     *
     * @param asked whether somebody asked, who is owed another try at what was given up
     */
    public void up(boolean asked) {
        keepers.values().forEach(keeper -> keeper.up(asked));
        if (asked) {
            slumber.tryAgain();
        }
    }

    /** Takes over every member that runs, and starts those that do not; returns when the former are known. */
    public void takeUpAgain() {
        Map<String, CompletableFuture<Boolean>> adoptions = new TreeMap<>();
        keepers.forEach((member, keeper) -> adoptions.put(member, keeper.adopt()));
        adoptions.forEach(Supervisor::await);
        slumber.takeUpAgain();
        up(false);
    }

    /** Stops all members, those that need others before those. Returns the names of those that had run. */
    public List<String> stopAll(String because) {
        slumber.end();
        return stop(List.copyOf(keepers.keySet()), because);
    }

    /** Stops these members in the same order. */
    public List<String> stop(List<String> members, String because) {
        Map<String, CompletableFuture<Boolean>> stops = new TreeMap<>();
        List<Workload> reversed = workloads().reversed();
        for (Workload workload : reversed) {
            String member = workload.member().name();
            if (!members.contains(member)) {
                continue;
            }
            List<CompletableFuture<Boolean>> before = new ArrayList<>();
            for (Workload other : reversed) {
                CompletableFuture<Boolean> stop = stops.get(other.member().name());
                if (stop != null && other.needs().contains(member)) {
                    before.add(stop);
                }
            }
            stops.put(
                    member,
                    CompletableFuture.allOf(before.toArray(new CompletableFuture<?>[0]))
                            .handle((done, failed) -> null)
                            .thenCompose(ready -> keeper(member).stop(because)));
        }
        List<String> stopped = new ArrayList<>();
        stops.forEach((member, stop) -> {
            if (await(member, stop)) {
                stopped.add(member);
            }
        });
        return stopped;
    }

    public void restart(String member, String because) {
        slumber.wakeOwnerOf(member, because);
        await(member, keeper(member).restart(because));
        slumber.mended(member);
    }

    /** Gives the member its changed workload. */
    public void take(Workload workload, boolean reload) {
        String member = workload.member().name();
        if (!keepers.containsKey(member)) {
            keep(workload);
            keeper(member).up(true);
            return;
        }
        await(member, keeper(member).take(workload, reload));
        slumber.mended(member);
    }

    /** From now on members run there; those that are new are known but not started, those that have gone are left. */
    public void move(Site next) {
        site.set(next);
        for (Workload workload : next.workloads()) {
            if (!keepers.containsKey(workload.member().name())) {
                keep(workload);
            }
        }
        keepers.values().forEach(Keeper::moved);
        slumber.plan();
    }

    /** Ends looking after a member that has no place in the stack any more; stops it first. */
    public void dismiss(String member, String because) {
        Keeper keeper = keepers.get(member);
        if (keeper == null) {
            site().find(member).ifPresent(running -> {
                site().stop(running);
                decisions.add(member, "stopped " + member + " because " + because);
            });
            return;
        }
        await(member, keeper.stop(because));
        keeper.leave();
        keepers.remove(member);
        board.remove(member);
    }

    /** Has these members asked again at once: something was done that they may have waited for. */
    public void look(Collection<String> members) {
        members.forEach(member -> keeper(member).look());
    }

    /** Asks every member that has a process right now, all at once. */
    public SortedMap<String, Health> probeAll() {
        List<Callable<Map.Entry<String, Health>>> questions = new ArrayList<>();
        for (Keeper keeper : keepers.values()) {
            String member = keeper.workload().member().name();
            questions.add(() -> Map.entry(member, probeOf(keeper)));
        }
        SortedMap<String, Health> answers = new TreeMap<>();
        try {
            // each probe has its own deadline; this one is for what is around them
            for (Map.Entry<String, Health> answer :
                    Tasks.all(questions, pace.probeDeadline().multipliedBy(2))) {
                answers.put(answer.getKey(), answer.getValue());
            }
        } catch (TimeoutException late) {
            board.all().forEach((member, state) -> answers.put(member, state.health()));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return answers;
    }

    private Health probeOf(Keeper keeper) {
        MemberState state = board.get(keeper.workload().member().name());
        if (state.running().isEmpty()) {
            return state.health();
        }
        Health health = probe.now(keeper.workload());
        if (!(health instanceof Health.Ready) && state.isReady()) {
            keeper.look();
        }
        return health;
    }

    public Optional<Running> running(String member) {
        return board.get(member).running();
    }

    /** Leaves all members as they are and looks after them no more. */
    @Override
    public void close() {
        slumber.close();
        keepers.values().forEach(Keeper::leave);
        site().close();
    }

    /** Leaves all members as they are, and the site open for whoever purges it. */
    public Site retire() {
        slumber.close();
        keepers.values().forEach(Keeper::leave);
        return site();
    }

    /** Starts a member that sleeps; returns at once. */
    void wake(String member, String because) {
        keeper(member).wake(because);
    }

    private void keep(Workload workload) {
        Keeper keeper = new Keeper(workload, site::get, probe, board, decisions, pace, clock);
        keepers.put(workload.member().name(), keeper);
        keeper.begin();
    }

    private Keeper keeper(String member) {
        Keeper keeper = keepers.get(member);
        if (keeper == null) {
            throw new HoldfastException(Problem.of(
                    Code.HF3206,
                    "the stack has no member '" + member + "'",
                    "Name one of: " + String.join(", ", new TreeMap<>(keepers).keySet()) + "."));
        }
        return keeper;
    }

    /** A keeper that waits for this member looks again. */
    private void readinessChanged(String member) {
        for (Keeper keeper : keepers.values()) {
            if (keeper.workload().needs().contains(member)) {
                keeper.look();
            }
        }
    }

    private static boolean await(String member, CompletableFuture<Boolean> done) {
        try {
            return done.get(STOP_DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (TimeoutException late) {
            throw new HoldfastException(Problem.of(
                    Code.HF3208,
                    "member '" + member + "' did not do what it was asked within " + STOP_DEADLINE.toMinutes() + " min",
                    "See 'holdfast logs', then run the command again."));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new HoldfastException(
                    Problem.of(Code.HF3211, "interrupted while waiting for '" + member + "'", "Run the command again."),
                    stopping);
        }
    }
}
