package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Health;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Ended;
import dev.holdfast.targets.local.Running;
import dev.holdfast.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules by which one member is kept up. Confined to its keeper's thread. */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    /** A pause is over soon. */
    private static final Duration PAUSED = Duration.ofMillis(100);

    private final Supplier<Site> place;
    private final Probe probe;
    private final Board board;
    private final Decisions decisions;
    private final Pace pace;
    private final InstantSource clock;
    private final BiConsumer<Running, Ended> onExit;
    private final String name;
    private final Renewal renewal;
    private final Prepared prepared = new Prepared();

    private volatile Workload workload;
    private BackOff backOff;
    private boolean wanted;
    private boolean waiting;
    private boolean waking;
    private Vigil vigil;
    private Optional<Instant> startAt = Optional.empty();
    private Instant nextProbe = Instant.MAX;
    private Instant pausedUntil = Instant.MIN;
    private Instant startedAt = Instant.EPOCH;

    /** @param onExit told from another thread that a process has ended */
    Upkeep(
            Workload workload,
            Supplier<Site> place,
            Probe probe,
            Board board,
            Decisions decisions,
            Pace pace,
            InstantSource clock,
            BiConsumer<Running, Ended> onExit) {
        this.workload = workload;
        this.name = workload.member().name();
        this.place = place;
        this.probe = probe;
        this.board = board;
        this.decisions = decisions;
        this.pace = pace;
        this.clock = clock;
        this.onExit = onExit;
        this.renewal = new Renewal(name, place, decisions, clock);
        this.backOff = BackOff.none(pace);
        this.vigil = new Vigil(pace);
        board.put(name, MemberState.stopped("it was not started", clock.instant()));
    }

    /** From any thread. */
    Workload workload() {
        return workload;
    }

    /** When {@link #due} is to be called, if nothing happens before. */
    Instant next() {
        Instant due = startAt.orElse(nextProbe);
        return due.isBefore(pausedUntil) ? pausedUntil : due;
    }

    /** Something it depends on has changed. */
    void look() {
        nextProbe = state().running().isPresent() ? clock.instant() : nextProbe;
        due();
    }

    /** The place was opened anew: what was asked of the old one may never be answered. */
    void moved() {
        state().running().ifPresent(this::watchExit);
    }

    private Site site() {
        return place.get();
    }

    private void show(MemberState.Phase phase, String because, String next) {
        board.put(name, state().with(phase, new Health.NotReady(because, next), clock.instant()));
    }

    private MemberState state() {
        return board.get(name);
    }

    void wantUp(boolean asked) {
        if (state().isAsleep()) {
            return;
        }
        wanted = true;
        if (asked) {
            backOff = BackOff.none(pace);
            waking = false;
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
        whenNeedsAreReady(asked ? "it was asked for" : "it should be up and was not running when the daemon started");
    }

    void wakeNow(String because) {
        wanted = true;
        waking = true;
        backOff = BackOff.none(pace);
        if (adoptNow()) {
            return;
        }
        if (site().isPaused()) {
            startAt = Optional.of(clock.instant());
            return;
        }
        startNow();
        // the clients that wait come first
        nextProbe = clock.instant().plus(pace.probeStarting().multipliedBy(3));
        decisions.add(name, "started " + name + " because " + because);
    }

    boolean adoptNow() {
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
        Optional<String> missing = board.firstNotServing(workload.needs());
        if (missing.isEmpty()) {
            waiting = false;
            startNow();
            decisions.add(name, "started " + name + " because " + reason);
            return;
        }
        waiting = true;
        show(
                MemberState.Phase.STARTING,
                "it waits for " + missing.get() + ", which is not ready",
                "See 'holdfast why' of " + missing.get() + ".");
    }

    private void startNow() {
        startAt = Optional.empty();
        startedAt = clock.instant();
        boolean again = state().phase() == MemberState.Phase.RESTARTING;
        show(
                again ? MemberState.Phase.RESTARTING : MemberState.Phase.STARTING,
                "it is being started",
                "Wait a moment.");
        if (!waking || !prepared.isFor(workload, site(), clock.instant())) {
            site().requirePorts(name);
            site().prepare(workload);
            prepared.by(workload);
        }
        began(
                site().start(workload),
                new Health.NotReady("it was just started and does not answer yet", "Wait a moment."));
    }

    private void began(Running running, Health health) {
        startedAt = clock.instant();
        waiting = false;
        vigil = new Vigil(pace);
        nextProbe = clock.instant();
        board.put(
                name,
                state().with(MemberState.Phase.STARTING, health, clock.instant())
                        .with(Optional.of(running)));
        watchExit(running);
    }

    void watchExit(Running running) {
        var _ = site().onExit(running).thenAccept(ended -> onExit.accept(running, ended));
    }

    void exited(Running running, Ended ended) {
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

    void failedToStart(RuntimeException problem) {
        if (!wanted || state().running().isPresent()) {
            return;
        }
        if (!(problem instanceof HoldfastException known)) {
            failed("it could not be started: " + problem.getMessage());
        } else if (backOff.failures() > 0) {
            failed("it could not be started: " + known.problems().getFirst().cause());
        } else {
            // who asked for it is told at once; after a crash the cause may pass, so that is tried again
            Problem first = known.problems().getFirst();
            giveUp(first.cause(), first.remedy());
        }
    }

    /** One more failure: starts again, later each time, or gives up. */
    private void failed(String because) {
        backOff = backOff.failed(startedAt, clock.instant());
        boolean isOver = backOff.isOver() || (waking && backOff.failures() > 1);
        if (isOver && site().lacking(name).isEmpty()) {
            giveUp(
                    backOff.words(because, LogTail.telling(site().log(name), 3)),
                    "Read 'holdfast logs " + workload.member().service()
                            + "', remove the cause, then run 'holdfast up' again.");
            return;
        }
        Duration pause = backOff.pause();
        String next = "Wait: it is started again in " + Durations.text(pause) + ".";
        show(MemberState.Phase.RESTARTING, because, next);
        board.put(name, state().restarted());
        decisions.add(
                name,
                "restarted " + name + (pause.isZero() ? "" : " after a pause of " + Durations.text(pause)) + " because "
                        + because);
        startAt = Optional.of(clock.instant().plus(pause));
    }

    private void giveUp(String because, String next) {
        startAt = Optional.empty();
        nextProbe = Instant.MAX;
        // said first: whoever waits for the state asks at once what was decided
        decisions.add(name, "gave up on " + name + " because " + because);
        show(MemberState.Phase.FAILED, because, next);
        LOG.atError().addKeyValue("member", name).log("gave up because {}", because);
    }

    void due() {
        if (site().isPaused()) {
            // who is stopped does not answer, and who starts now would write to what is being cloned
            pausedUntil = clock.instant().plus(PAUSED);
            return;
        }
        if (waiting) {
            whenNeedsAreReady("all that it needs is ready");
        } else if (startAt.isPresent() && !clock.instant().isBefore(startAt.get()) && !waitsForRoom()) {
            startNow();
        } else if (state().running().isPresent() && !clock.instant().isBefore(nextProbe)) {
            probeNow();
            state().running().ifPresent(this::renew);
        }
    }

    /** On a full disk every start fails, so it is not tried before there is room again, however long that takes. */
    private boolean waitsForRoom() {
        Optional<Problem> full = site().lacking(name);
        full.ifPresent(problem -> {
            if (!state().next().equals(Optional.of(problem.remedy()))) {
                decisions.add(name, "waits with the start of " + name + " because there is " + problem.cause());
            }
            board.put(name, state().with(new Health.NotReady(problem.cause(), problem.remedy())));
            // none but the one that made it start
            backOff = BackOff.none(pace).failed(startedAt, clock.instant());
            startAt = Optional.of(clock.instant().plus(pace.probe()));
        });
        return full.isPresent();
    }

    private void renew(Running running) {
        switch (renewal.now(running, workload)) {
            case Renewal.Step.Nothing() -> {}
            case Renewal.Step.Renewed(Running now) -> {
                board.put(name, state().with(Optional.of(now)));
                nextProbe = clock.instant();
            }
            case Renewal.Step.Restart(String because) -> restartNow(because);
        }
    }

    private void probeNow() {
        site().rotateLog(name);
        Health health = probe.now(workload);
        vigil.saw(health, Duration.between(startedAt, clock.instant()));
        waking &= health instanceof Health.NotReady;
        MemberState before = state();
        boolean isFirst = before.phase() != MemberState.Phase.RUNNING && !(health instanceof Health.NotReady);
        board.put(
                name, isFirst ? before.with(MemberState.Phase.RUNNING, health, clock.instant()) : before.with(health));
        if (before.isReady() && !(health instanceof Health.Ready)) {
            decisions.add(name, "counts " + name + " as not ready because " + health.because());
        }
        if (vigil.isHung()
                && site().lacking(name).isEmpty()
                && board.firstNotServing(workload.needs()).isEmpty()) {
            hung(health);
            return;
        }
        nextProbe = clock.instant().plus(vigil.pause());
    }

    /** It lives and does not serve. A restart may help; where several did not, it is left as it is and said so. */
    private void hung(Health health) {
        BackOff after = backOff.failed(startedAt, clock.instant());
        vigil.forgetFailures();
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

    boolean stopNow(String because) {
        wanted = false;
        waiting = false;
        startAt = Optional.empty();
        nextProbe = Instant.MAX;
        backOff = BackOff.none(pace);
        Optional<Running> running = state().running().or(() -> site().find(name));
        if (running.isPresent()) {
            show(MemberState.Phase.STOPPING, "it is being stopped", "Wait a moment.");
            board.put(name, state().with(Optional.empty()));
            Ended ended = site().stop(running.get());
            decisions.add(name, "stopped " + name + " because " + because + "; " + ended.because());
        }
        board.put(name, MemberState.stopped("it was stopped because " + because, clock.instant()));
        return running.isPresent();
    }

    boolean restartNow(String because) {
        boolean ran = stopNow(because);
        wanted = true;
        waking = false;
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

    boolean takeNow(Workload changed, boolean reload) {
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
}
