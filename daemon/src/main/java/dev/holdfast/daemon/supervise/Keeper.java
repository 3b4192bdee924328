package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Health;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.targets.local.Ended;
import dev.holdfast.targets.local.Running;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one member up: the only thread that starts, stops or reloads it. What others want comes as a message, so that
 * nothing about the member ever happens twice at once.
 */
final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    private sealed interface Message {
        record Up(boolean asked) implements Message {}

        record Adopt(CompletableFuture<Boolean> done) implements Message {}

        record Stop(String because, CompletableFuture<Boolean> done) implements Message {}

        record Restart(String because, CompletableFuture<Boolean> done) implements Message {}

        record Take(Workload workload, boolean reload, CompletableFuture<Boolean> done) implements Message {}

        record Exited(Running running, Ended ended) implements Message {}

        record Look() implements Message {}

        record Moved() implements Message {}

        record Leave() implements Message {}
    }

    private final Supplier<Site> place;
    private final Probe probe;
    private final Board board;
    private final Decisions decisions;
    private final Pace pace;
    private final InstantSource clock;
    private final BlockingQueue<Message> mailbox = new LinkedBlockingQueue<>();
    private final String name;

    private volatile Workload workload;
    private BackOff backOff;
    private boolean wanted;
    private boolean waiting;
    private int probeFailures;
    private Duration probePause;
    private Optional<Instant> startAt = Optional.empty();
    private Instant nextProbe = Instant.MAX;
    private Instant startedAt = Instant.EPOCH;
    private boolean wasReady;

    Keeper(
            Workload workload,
            Supplier<Site> place,
            Probe probe,
            Board board,
            Decisions decisions,
            Pace pace,
            InstantSource clock) {
        this.workload = workload;
        this.name = workload.member().name();
        this.place = place;
        this.probe = probe;
        this.board = board;
        this.decisions = decisions;
        this.pace = pace;
        this.clock = clock;
        this.backOff = BackOff.none(pace);
        this.probePause = pace.probeStarting();
        board.put(name, MemberState.stopped("it was not started", clock.instant()));
    }

    void begin() {
        Thread.ofVirtual().name("keeper-" + name).start(this::run);
    }

    Workload workload() {
        return workload;
    }

    /** @param asked whether somebody asked for it, who is owed another try at what was given up */
    void up(boolean asked) {
        if (asked && state().phase() == MemberState.Phase.FAILED) {
            // at once, so that whoever asked does not take the old failure for the new one's
            board.put(
                    name,
                    state().with(
                                    MemberState.Phase.STARTING,
                                    new Health.NotReady("it is tried again", "Wait a moment."),
                                    clock.instant()));
        }
        mailbox.add(new Message.Up(asked));
    }

    /** Completes with whether it ran already; starts nothing. */
    CompletableFuture<Boolean> adopt() {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        mailbox.add(new Message.Adopt(done));
        return done;
    }

    /** Completes with whether a process had to be stopped. */
    CompletableFuture<Boolean> stop(String because) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        mailbox.add(new Message.Stop(because, done));
        return done;
    }

    CompletableFuture<Boolean> restart(String because) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        mailbox.add(new Message.Restart(because, done));
        return done;
    }

    /** Takes a changed workload: writes its files, then has the process read them or starts it again. */
    CompletableFuture<Boolean> take(Workload changed, boolean reload) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        mailbox.add(new Message.Take(changed, reload, done));
        return done;
    }

    void look() {
        mailbox.add(new Message.Look());
    }

    /** The place was opened anew: what was asked of the old one may never be answered. */
    void moved() {
        mailbox.add(new Message.Moved());
    }

    /** Ends the keeping, not the member. */
    void leave() {
        mailbox.add(new Message.Leave());
    }

    private Site site() {
        return place.get();
    }

    private MemberState state() {
        return board.get(name);
    }

    private void run() {
        try {
            while (true) {
                Instant next = startAt.orElse(nextProbe);
                long millis = next.equals(Instant.MAX)
                        ? Duration.ofDays(1).toMillis()
                        : Math.max(0, Duration.between(clock.instant(), next).toMillis());
                Message message = mailbox.poll(millis, TimeUnit.MILLISECONDS);
                if (message instanceof Message.Leave) {
                    return;
                }
                handle(message);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(@Nullable Message message) {
        try {
            switch (message) {
                case null -> due();
                case Message.Up(boolean asked) -> wantUp(asked);
                case Message.Adopt(CompletableFuture<Boolean> done) -> finish(done, this::adoptNow);
                case Message.Stop(String because, CompletableFuture<Boolean> done) ->
                    finish(done, () -> stopNow(because));
                case Message.Restart(String because, CompletableFuture<Boolean> done) ->
                    finish(done, () -> restartNow(because));
                case Message.Take(Workload changed, boolean reload, CompletableFuture<Boolean> done) ->
                    finish(done, () -> takeNow(changed, reload));
                case Message.Exited(Running running, Ended ended) -> exited(running, ended);
                case Message.Look() -> {
                    nextProbe = state().running().isPresent() ? clock.instant() : nextProbe;
                    due();
                }
                case Message.Moved() -> state().running().ifPresent(this::watchExit);
                case Message.Leave() -> {}
            }
        } catch (HoldfastException problem) {
            failedToStart(problem);
        } catch (RuntimeException mistake) {
            LOG.atError().setCause(mistake).addKeyValue("member", name).log("looking after a member failed");
            failedToStart(mistake);
        }
    }

    private interface Work {
        boolean run();
    }

    private static void finish(CompletableFuture<Boolean> done, Work work) {
        try {
            done.complete(work.run());
        } catch (RuntimeException failed) {
            done.completeExceptionally(failed);
        }
    }

    private void wantUp(boolean asked) {
        wanted = true;
        if (asked) {
            backOff = BackOff.none(pace);
        }
        if (state().running().isPresent() || startAt.isPresent()) {
            return;
        }
        Optional<Running> running = site().find(name);
        if (running.isPresent()) {
            adopt(running.get());
            return;
        }
        if (state().phase() == MemberState.Phase.FAILED && !asked) {
            return;
        }
        String reason = asked ? "it was asked for" : "it should be up and was not running when the daemon started";
        whenNeedsAreReady(reason);
    }

    private boolean adoptNow() {
        wanted = true;
        Optional<Running> running = site().find(name);
        running.ifPresent(this::adopt);
        return running.isPresent();
    }

    private void adopt(Running running) {
        decisions.add(name, "adopted " + name + " (process " + running.pid() + ") because it was already running");
        began(running, new Health.NotReady("it was just adopted and has not been probed", "Wait a moment."));
    }

    private void whenNeedsAreReady(String reason) {
        Optional<String> missing = board.firstNotReady(workload.needs());
        if (missing.isEmpty()) {
            waiting = false;
            startNow();
            decisions.add(name, "started " + name + " because " + reason);
            return;
        }
        waiting = true;
        board.put(
                name,
                state().with(
                                MemberState.Phase.STARTING,
                                new Health.NotReady(
                                        "it waits for " + missing.get() + ", which is not ready",
                                        "See 'holdfast why' of " + missing.get() + "."),
                                clock.instant()));
    }

    private void startNow() {
        startAt = Optional.empty();
        startedAt = clock.instant();
        board.put(
                name,
                state().with(
                                state().phase() == MemberState.Phase.RESTARTING
                                        ? MemberState.Phase.RESTARTING
                                        : MemberState.Phase.STARTING,
                                new Health.NotReady("it is being started", "Wait a moment."),
                                clock.instant()));
        site().requirePorts(name);
        site().prepare(workload);
        began(
                site().start(workload),
                new Health.NotReady("it was just started and does not answer yet", "Wait a moment."));
    }

    private void began(Running running, Health health) {
        startedAt = clock.instant();
        wasReady = false;
        waiting = false;
        probeFailures = 0;
        probePause = pace.probeStarting();
        nextProbe = clock.instant();
        board.put(
                name,
                state().with(MemberState.Phase.STARTING, health, clock.instant())
                        .with(Optional.of(running)));
        watchExit(running);
    }

    private void watchExit(Running running) {
        var _ = site().onExit(running).thenAccept(ended -> mailbox.add(new Message.Exited(running, ended)));
    }

    private void exited(Running running, Ended ended) {
        // a reload replaces the record, never the process
        if (!state().running().map(Running::engine).equals(Optional.of(running.engine()))) {
            // the end of a process that was stopped on purpose
            return;
        }
        ended(ended.because());
    }

    private void ended(String because) {
        board.put(name, state().with(Optional.empty()));
        nextProbe = Instant.MAX;
        if (!wanted) {
            board.put(name, MemberState.stopped(because, clock.instant()));
            return;
        }
        failed(because);
    }

    private void failedToStart(RuntimeException problem) {
        if (!wanted || state().running().isPresent()) {
            return;
        }
        // who asked for it is told at once; after a crash the cause may pass, so that is tried again
        if (problem instanceof HoldfastException known && backOff.failures() == 0) {
            giveUp(
                    known.problems().getFirst().cause(),
                    known.problems().getFirst().remedy());
            return;
        }
        failed("it could not be started: "
                + (problem instanceof HoldfastException known
                        ? known.problems().getFirst().cause()
                        : problem.getMessage()));
    }

    /** One more failure: starts again, later each time, or gives up. */
    private void failed(String because) {
        backOff = backOff.failed(startedAt, clock.instant());
        if (backOff.isOver()) {
            String log = String.join(" ‖ ", LogTail.telling(site().log(name), 3));
            giveUp(
                    "it ended " + backOff.failures() + " times in a row within " + text(pace.steady())
                            + " of its start, the last time because " + because
                            + (log.isEmpty() ? "" : "; its log ends: " + log),
                    "Read 'holdfast logs " + workload.member().service()
                            + "', remove the cause, then run 'holdfast up' again.");
            return;
        }
        Duration pause = backOff.pause();
        board.put(
                name,
                state().with(
                                MemberState.Phase.RESTARTING,
                                new Health.NotReady(because, "Wait: it is started again in " + text(pause) + "."),
                                clock.instant())
                        .restarted());
        decisions.add(
                name,
                "restarted " + name + (pause.isZero() ? "" : " after a pause of " + text(pause)) + " because "
                        + because);
        startAt = Optional.of(clock.instant().plus(pause));
    }

    private void giveUp(String because, String next) {
        startAt = Optional.empty();
        nextProbe = Instant.MAX;
        board.put(name, state().with(MemberState.Phase.FAILED, new Health.NotReady(because, next), clock.instant()));
        decisions.add(name, "gave up on " + name + " because " + because);
        LOG.atError()
                .addKeyValue("member", name)
                .addKeyValue("because", because)
                .log("gave up");
    }

    private void due() {
        if (waiting) {
            whenNeedsAreReady("all that it needs is ready");
        } else if (startAt.isPresent() && !clock.instant().isBefore(startAt.get())) {
            startNow();
        } else if (state().running().isPresent() && !clock.instant().isBefore(nextProbe)) {
            probeNow();
        }
    }

    private void probeNow() {
        site().rotateLog(name);
        Health health = probe.now(workload);
        MemberState before = state();
        if (health instanceof Health.Ready) {
            probeFailures = 0;
            boolean calm =
                    wasReady && Duration.between(startedAt, clock.instant()).compareTo(pace.steady()) >= 0;
            probePause = calm ? pace.probeCalm() : pace.probe();
            wasReady = true;
            board.put(
                    name,
                    before.phase() == MemberState.Phase.RUNNING
                            ? before.with(health)
                            : before.with(MemberState.Phase.RUNNING, health, clock.instant()));
            nextProbe = clock.instant().plus(probePause);
            return;
        }
        board.put(name, before.with(health));
        if (wasReady) {
            probeFailures++;
            if (before.isReady()) {
                decisions.add(name, "counts " + name + " as not ready because " + health.because());
            }
            probePause = pace.probe();
            if (probeFailures >= pace.probeFailures()
                    && board.firstNotReady(workload.needs()).isEmpty()) {
                hung(health);
                return;
            }
        } else {
            Duration longer = probePause.multipliedBy(5).dividedBy(4);
            probePause = longer.compareTo(pace.probe()) > 0 ? pace.probe() : longer;
        }
        nextProbe = clock.instant().plus(probePause);
    }

    /** It lives and does not serve. A restart may help; where several did not, it is left as it is and said so. */
    private void hung(Health health) {
        BackOff after = backOff.failed(startedAt, clock.instant());
        probeFailures = 0;
        nextProbe = clock.instant().plus(pace.probe());
        if (after.isOver()) {
            return;
        }
        String because = "its probe failed " + pace.probeFailures() + " times in a row, the last time because "
                + health.because();
        state().running().ifPresent(running -> {
            board.put(name, state().with(Optional.empty()));
            site().stop(running);
        });
        ended(because);
    }

    private boolean stopNow(String because) {
        wanted = false;
        waiting = false;
        startAt = Optional.empty();
        nextProbe = Instant.MAX;
        backOff = BackOff.none(pace);
        Optional<Running> running = state().running().or(() -> site().find(name));
        if (running.isPresent()) {
            board.put(
                    name,
                    state().with(
                                    MemberState.Phase.STOPPING,
                                    new Health.NotReady("it is being stopped", "Wait a moment."),
                                    clock.instant())
                            .with(Optional.empty()));
            Ended ended = site().stop(running.get());
            decisions.add(name, "stopped " + name + " because " + because + "; " + ended.because());
        }
        board.put(name, MemberState.stopped("it was stopped because " + because, clock.instant()));
        return running.isPresent();
    }

    private boolean restartNow(String because) {
        boolean ran = stopNow(because);
        wanted = true;
        board.put(
                name,
                state().with(MemberState.Phase.RESTARTING, state().health(), clock.instant())
                        .restarted());
        try {
            startNow();
        } catch (RuntimeException cannot) {
            failedToStart(cannot);
            throw cannot;
        }
        decisions.add(name, "restarted " + name + " because " + because);
        return ran;
    }

    private boolean takeNow(Workload changed, boolean reload) {
        workload = changed;
        Optional<Running> running = state().running();
        if (running.isPresent() && reload) {
            site().prepare(changed);
            board.put(name, state().with(Optional.of(site().reload(running.get(), changed))));
            decisions.add(name, "had " + name + " read its files again because they changed");
            nextProbe = clock.instant();
            return true;
        }
        return restartNow("its changed settings need it");
    }

    private static String text(Duration duration) {
        return duration.toMillis() < 1000 || duration.toMillis() % 1000 != 0
                ? duration.toMillis() + " ms"
                : duration.toSeconds() + " s";
    }
}
