package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Operation;
import dev.holdfast.apply.Tasks;
import dev.holdfast.apply.Visit;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Board;
import dev.holdfast.daemon.supervise.MemberState;
import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Masking.Masked;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.door.DoorLibrary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** From open to ready: programs, processes, and what belongs inside them. Shared by up, apply and taking up again. */
final class BringUp {
    /** A grant may need the database that the same pass makes; more passes than this would go in circles. */
    private static final int PASSES = 3;

    private static final Duration INSIDE = Duration.ofMinutes(5);

    private final Stacks stacks;
    private final ManagedStack managed;
    private final Events events;
    private final long begun = System.nanoTime();
    private final Set<String> told = new TreeSet<>();
    private Map<String, Masked> masked = Map.of();

    BringUp(Stacks stacks, ManagedStack managed, Events events) {
        this.stacks = stacks;
        this.managed = managed;
        this.events = events;
    }

    Bench bench(ManagedStack.Live live, String service) {
        return new LiveBench(live, service, events);
    }

    long millis() {
        return (System.nanoTime() - begun) / 1_000_000;
    }

    /** Fetches the programs of these workloads; a client that goes away ends the fetch. */
    void fetch(Stack stack, List<Workload> workloads) throws InterruptedException {
        Set<Programs> programs = new LinkedHashSet<>();
        workloads.forEach(workload -> programs.add(workload.programs()));
        if (stack.services().values().stream()
                .anyMatch(service -> service.suspend().isPresent())) {
            programs.add(DoorLibrary.PROGRAMS);
        }
        CompletableFuture<Void> fetched = new CompletableFuture<>();
        Thread fetch = Thread.ofVirtual().name("fetch").start(() -> {
            try {
                stacks.parts()
                        .places()
                        .fetch(
                                programs,
                                (what, done, total) -> events.send(
                                        total > 0
                                                ? EventJson.progress("image", what, done, total, "bytes")
                                                : EventJson.progress("image", what)));
                fetched.complete(null);
            } catch (RuntimeException failed) {
                fetched.completeExceptionally(failed);
            }
        });
        try {
            var _ = CompletableFuture.anyOf(fetched, events.gone()).get();
            if (!fetched.isDone()) {
                fetch.interrupt();
                throw gone();
            }
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException problem
                    ? problem
                    : new IllegalStateException(failed.getCause());
        }
    }

    /**
     * Waits until every member is ready and holds what the file declares inside it, and says each service that becomes
     * so. A service is filled as soon as its own members answer: its pooler may need a role that only then exists.
     */
    List<Change> finish(ManagedStack.Live live) throws InterruptedException {
        try (Slumber.Awake _ = live.supervisor().slumber().awake("what is declared inside it is compared")) {
            return finished(live);
        }
    }

    private List<Change> finished(ManagedStack.Live live) throws InterruptedException {
        Board board = live.supervisor().board();
        CompletableFuture<List<Change>> fills = new CompletableFuture<>();
        Operation operation = Operation.current();
        Thread filling = Thread.ofVirtual()
                .name("fill-" + managed.name())
                .start(() -> operation.run(() -> {
                    try {
                        fills.complete(fillAll(live));
                    } catch (RuntimeException failed) {
                        fills.completeExceptionally(failed);
                    } catch (InterruptedException stopped) {
                        fills.cancel(false);
                    } finally {
                        board.signal();
                    }
                }));
        try {
            awaitReady(live, fills);
            List<Change> done = fills.get();
            if (live.supervisor().site().lender().isPresent()) {
                masked = new OneMasking(stacks, managed, events).run(live);
                new Doors(stacks, live.stack(), live.supervisor().site()).open(live.supervisor());
            }
            return done;
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException problem
                    ? problem
                    : new IllegalStateException(failed.getCause());
        } finally {
            filling.interrupt();
            filling.join();
        }
    }

    /** What was masked by service, before the doors were opened; empty where nothing was. */
    Map<String, Masked> masked() {
        return masked;
    }

    private void awaitReady(ManagedStack.Live live, CompletableFuture<List<Change>> fills) throws InterruptedException {
        Board board = live.supervisor().board();
        var _ = events.gone().thenRun(board::signal);
        long end = System.nanoTime() + stacks.parts().ready().toNanos();
        while (true) {
            long answering = answering(board);
            events.send(EventJson.progress(
                    "members", "starting", answering, board.all().size(), "members"));
            boolean news = board.await(
                    () -> events.isGone()
                            || !failed(board).isEmpty()
                            || fills.isCompletedExceptionally()
                            || answering(board) != answering
                            || readyServices(live).size() > told.size()
                            || (fills.isDone() && allReady(board)),
                    Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            tellReady(live);
            if (fills.isCompletedExceptionally() || (fills.isDone() && allReady(board))) {
                return;
            }
            if (events.isGone()) {
                throw gone();
            }
            List<Problem> failed = failed(board);
            if (!failed.isEmpty()) {
                throw new HoldfastException(failed);
            }
            if (!news) {
                throw new HoldfastException(late(board));
            }
        }
    }

    /**
     * Waits until this one member serves; others may be in whatever state. What else it promises may need what is made
     * inside it next, or a member that is started after it.
     */
    void awaitReady(ManagedStack.Live live, Workload workload) throws InterruptedException {
        String member = workload.member().name();
        Board board = live.supervisor().board();
        board.await(
                () -> board.get(member).isServing() || board.get(member).phase() == MemberState.Phase.FAILED,
                stacks.parts().ready());
        MemberState state = board.get(member);
        if (!state.isServing()) {
            boolean failed = state.phase() == MemberState.Phase.FAILED;
            throw new HoldfastException(Problem.of(
                    failed ? Code.HF3207 : Code.HF3208,
                    member
                            + (failed ? " was given up because " : " is not ready because ")
                            + state.health().because(),
                    state.next().orElse("See 'holdfast logs'.")));
        }
    }

    /** Waits until the members that the engines themselves asked for answer; refuses where one does not. */
    void awaitServing(ManagedStack.Live live) throws InterruptedException {
        for (Service<?> service : live.stack().services().values()) {
            awaitOwn(live, service);
        }
        List<Problem> failed = failed(live.supervisor().board());
        if (!failed.isEmpty()) {
            throw new HoldfastException(failed);
        }
    }

    /** Creates what the file declares inside the engines, all services at once; returns what was done. */
    private List<Change> fillAll(ManagedStack.Live live) throws InterruptedException {
        List<Callable<List<Change>>> fills = new ArrayList<>();
        Doors doors = new Doors(stacks, live.stack(), live.supervisor().site());
        Optional<String> lender = live.supervisor().site().lender();
        for (Service<?> service : live.stack().services().values()) {
            fills.add(() -> {
                List<Change> filled = Visit.call(() -> {
                    if (lender.isEmpty() || !doors.enter(service, lender.get(), live.supervisor())) {
                        awaitOwn(live, service);
                    }
                    return filled(live, service);
                });
                if (Elsewhere.is(service)) {
                    events.send(EventJson.ready(
                            service.name(), "its server lets Holdfast in and has what is declared", millis()));
                }
                return filled;
            });
        }
        try {
            List<Change> done = new ArrayList<>();
            Tasks.all(fills, INSIDE).forEach(done::addAll);
            return done;
        } catch (TimeoutException late) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3208,
                            "what belongs inside the engines was not made within " + INSIDE.toMinutes() + " min",
                            "See 'holdfast why' of the services, then run the same command again: it goes on where it stopped."));
        }
    }

    /** Waits for the members that the engine itself asked for; exporters and companions may need what is made next. */
    private void awaitOwn(ManagedStack.Live live, Service<?> service) throws InterruptedException {
        Board board = live.supervisor().board();
        List<String> own = Bound.of(stacks.parts().register(), service).members().stream()
                .map(Member::name)
                .toList();
        board.await(
                () -> own.stream().allMatch(member -> board.get(member).isServing()),
                stacks.parts().ready());
    }

    /** Up makes what is missing; it never takes anything away, which is for an apply with an approval. */
    private List<Change> filled(ManagedStack.Live live, Service<?> service) throws InterruptedException {
        Context context = live.supervisor().site().context();
        List<Change> done = new ArrayList<>();
        for (int pass = 0; pass < PASSES; pass++) {
            List<Facets.Inside> open = live.stack().isDerived()
                    ? Facets.observedAsItIs(stacks.parts().register(), service, context)
                    : Facets.observed(stacks.parts().register(), service, context);
            if (pass == 0) {
                tellLeft(open);
                Facets.standing(stacks.parts().register(), service, context)
                        .forEach(note -> managed.decisions().add("", note));
            }
            List<Facets.Inside> missing = open.stream()
                    .filter(inside -> inside.change().risk().compareTo(Change.Risk.RELOAD) <= 0)
                    .filter(inside -> !done.contains(inside.change()))
                    .toList();
            if (missing.isEmpty()) {
                break;
            }
            for (Facets.Inside inside : missing) {
                managed.journal().changeBegun(inside.change());
                events.send(EventJson.step(inside.change(), "begun"));
                inside.work().apply(bench(live, service.name()));
                managed.journal().changeDone(inside.change());
                events.send(EventJson.step(inside.change(), "done"));
                done.add(inside.change());
            }
        }
        return done;
    }

    /** What an up does not do by itself is not kept silent about either. */
    private void tellLeft(List<Facets.Inside> open) {
        for (Facets.Inside inside : open) {
            Change change = inside.change();
            if (change.risk().compareTo(Change.Risk.RELOAD) > 0
                    && change.where().endsWith("/migrations")) {
                managed.decisions()
                        .add(
                                "",
                                "left to holdfast apply: " + change.summary() + ", because its words say that it "
                                        + (change.risk() == Change.Risk.DATA ? "loses data" : "keeps others waiting"));
            }
        }
    }

    private static long answering(Board board) {
        return board.all().values().stream().filter(MemberState::isReady).count();
    }

    private static boolean allReady(Board board) {
        return board.all().values().stream().allMatch(MemberState::isReady);
    }

    private static Set<String> readyServices(ManagedStack.Live live) {
        Set<String> ready = new TreeSet<>();
        Set<String> not = new TreeSet<>();
        for (Workload workload : live.supervisor().workloads()) {
            String owner = Ownership.owner(live.stack(), workload);
            boolean isReady =
                    live.supervisor().board().get(workload.member().name()).isReady();
            (isReady ? ready : not).add(owner);
        }
        ready.removeAll(not);
        return ready;
    }

    private void tellReady(ManagedStack.Live live) {
        for (String service : readyServices(live)) {
            if (told.add(service)) {
                String because = live.supervisor().workloads().stream()
                        .filter(workload -> workload.member().service().equals(service))
                        .findFirst()
                        .map(workload ->
                                live.supervisor().board().get(workload.member().name()))
                        .map(state -> state.health().because())
                        .orElse("all its members answer");
                events.send(EventJson.ready(service, because, millis()));
            }
        }
    }

    private static List<Problem> failed(Board board) {
        List<Problem> problems = new ArrayList<>();
        board.all().forEach((member, state) -> {
            if (state.phase() == MemberState.Phase.FAILED) {
                problems.add(Problem.of(
                        Code.HF3207,
                        member + " was given up because " + state.health().because(),
                        state.next().orElse("See 'holdfast logs'.")));
            }
        });
        return problems;
    }

    private List<Problem> late(Board board) {
        List<Problem> problems = new ArrayList<>();
        board.all().forEach((member, state) -> {
            if (!state.isReady()) {
                problems.add(Problem.of(
                        Code.HF3208,
                        member + " is not ready after " + stacks.parts().ready().toSeconds() + " s because "
                                + state.health().because(),
                        "It goes on starting; see 'holdfast status --watch' and 'holdfast logs'."));
            }
        });
        return problems;
    }

    static HoldfastException gone() {
        return new HoldfastException(Problem.of(
                Code.HF3211, "the client went away before it was done", "Run the same command again to finish it."));
    }
}
