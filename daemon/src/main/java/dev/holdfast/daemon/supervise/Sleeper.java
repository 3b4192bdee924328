package dev.holdfast.daemon.supervise;

import dev.holdfast.problem.HoldfastException;
import dev.holdfast.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One service that may sleep: lets it, wakes it, and answers for it where it cannot be woken. */
final class Sleeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sleeper.class);

    /** Beyond any recovery that somebody would wait for; whoever connects has a shorter patience of his own. */
    private static final Duration LONGEST_WAKE = Duration.ofHours(1);

    /** Of whoever works on it and keeps others from doing so meanwhile. */
    private static final Duration LONGEST_WORK = Duration.ofMinutes(2);

    private static final Duration BY_HAND = Duration.ofSeconds(3);

    private final String service;
    private final Entrances entrances;
    private final Board board;
    private final Crew crew;
    private final Decisions decisions;
    private final InstantSource clock;
    private final Users users = new Users();
    private final ReentrantLock work = new ReentrantLock();

    private volatile SleepPlan plan;
    private volatile SleepState state = new SleepState.Awake();
    private volatile Instant lastBusy;
    private volatile boolean dismissed;
    private volatile boolean ended;

    Sleeper(
            String service,
            SleepPlan plan,
            Entrances entrances,
            Board board,
            Crew crew,
            Decisions decisions,
            InstantSource clock) {
        this.service = service;
        this.plan = plan;
        this.entrances = entrances;
        this.board = board;
        this.crew = crew;
        this.decisions = decisions;
        this.clock = clock;
        this.lastBusy = clock.instant();
    }

    String service() {
        return service;
    }

    SleepState state() {
        return state;
    }

    SleepPlan plan() {
        return plan;
    }

    Standing standing() {
        return new Standing(service, plan, board, crew);
    }

    /** Doors that the new plan has not are nobody's any more: who connects there is refused. */
    void replan(SleepPlan next) {
        SleepPlan before = plan;
        plan = next;
        before.without(next).forEach(entrances::close);
        if (!(state instanceof SleepState.Awake)) {
            entrances.watch(next, this::knocked);
        }
    }

    /** Leaves it be while something is being done with it; otherwise sees whether it is time to sleep. */
    void look() {
        if (ended || !work.tryLock()) {
            return;
        }
        try {
            boolean isAwake = state instanceof SleepState.Awake;
            if (isAwake) {
                plan.ways().stream()
                        .filter(way -> standing().away(way).isPresent())
                        .forEach(this::tellWhoComes);
            }
            Optional<String> failed = isAwake && !users.any() ? standing().given() : Optional.empty();
            if (failed.isPresent()) {
                // the queue is ours as well, so nobody but us can tell those in it
                broken(failed.get(), 0);
            } else if (!isAwake || users.any() || !plan.runs(board) || clients() > 0) {
                lastBusy = clock.instant();
            } else if (Duration.between(lastBusy, clock.instant()).compareTo(plan.idle()) >= 0) {
                // first, so that where it fails it is not tried again at every look
                lastBusy = clock.instant();
                fallAsleep("no client had been connected for " + Durations.text(plan.idle()), true);
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } finally {
            work.unlock();
        }
    }

    /** By hand. Refuses where clients are connected, unless they are to be cut off. */
    boolean suspend(boolean disconnect, String because) throws InterruptedException {
        if (!work.tryLock(BY_HAND.toMillis(), TimeUnit.MILLISECONDS)) {
            throw SleepProblems.onItsWay(service);
        }
        try {
            if (state instanceof SleepState.Asleep) {
                return false;
            }
            if (users.any()) {
                throw SleepProblems.worked(service);
            }
            int connected = disconnect ? 0 : entrances.afterGoodbyes(plan, crew.uncounted(plan));
            if (connected > 0 || !fallAsleep(because, !disconnect)) {
                throw SleepProblems.hasClients(service, connected);
            }
            return true;
        } finally {
            work.unlock();
        }
    }

    /** Wakes it and waits until it serves, or is known not to; whether it had slept. */
    boolean wake(String because) throws InterruptedException {
        if (!work.tryLock(LONGEST_WORK.toMillis(), TimeUnit.MILLISECONDS)) {
            throw SleepProblems.stillWaking(service, standing().reason());
        }
        try {
            if (state instanceof SleepState.Awake) {
                lastBusy = clock.instant();
                return false;
            }
            wakeUp(because, Optional.empty(), LONGEST_WORK);
            return true;
        } finally {
            work.unlock();
        }
    }

    /**
     * Keeps it awake from now on, which it is when this returns, until as many {@link #leave}.
     *
     * @param mending whether one that cannot be woken is to be left as it is for whoever comes to mend it
     */
    void use(String because, boolean mending) throws InterruptedException {
        users.enter();
        boolean kept = false;
        try {
            boolean slept = wake(because);
            if (!mending) {
                standing().requireWoken(state, slept);
            }
            if (slept && state instanceof SleepState.Awake) {
                users.woken();
                // who compares what runs with what should must not come before the companions
                board.await(
                        () -> ended || plan.members().stream().map(board::get).allMatch(MemberState::hasBegun),
                        LONGEST_WORK);
            }
            kept = true;
        } finally {
            if (!kept) {
                leave();
            }
        }
    }

    void leave() {
        boolean last = users.leave();
        lastBusy = clock.instant();
        if (!last || ended) {
            return;
        }
        work.lock();
        try {
            if (state instanceof SleepState.Awake && !users.any() && standing().ownServe()) {
                fallAsleep("the work that it was woken for has ended", true);
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } finally {
            work.unlock();
        }
    }

    /** The daemon before this one left it asleep, and nothing of it runs. */
    void stillAsleep(Instant since, String because) {
        state = new SleepState.Asleep(since, because);
        for (String member : plan.members()) {
            board.put(member, MemberState.asleep(plan.asleep(since, because), since));
        }
        entrances.watch(plan, this::knocked);
    }

    /** Started by somebody while it slept or was broken. */
    void startedAnew() {
        work.lock();
        try {
            awake();
        } finally {
            work.unlock();
        }
    }

    /** What was broken is being started by somebody who asked for that; whoever is at work with it now is doing the same. */
    boolean mended() {
        if (!(state instanceof SleepState.Broken) || !work.tryLock()) {
            return false;
        }
        try {
            awake();
            return true;
        } finally {
            work.unlock();
        }
    }

    private void awake() {
        if (!(state instanceof SleepState.Awake)) {
            entrances.unwatch(plan);
            state = new SleepState.Awake();
            lastBusy = clock.instant();
            crew.noted();
        }
    }

    /** It never sleeps any more. */
    void dismiss() throws InterruptedException {
        dismissed = true;
        if (state instanceof SleepState.Broken) {
            startedAnew();
        }
        var _ = wake("it does not sleep any more");
        entrances.close(plan);
    }

    /** Nobody is let sleep or woken any more; whoever waits for that is not kept waiting. */
    void end() {
        ended = true;
        board.signal();
    }

    private boolean fallAsleep(String because, boolean onlyUnused) throws InterruptedException {
        if (dismissed || ended || (onlyUnused && clients() > 0)) {
            return false;
        }
        entrances.reclaim(plan);
        entrances.hold(plan);
        try {
            // whoever came before the doors were held is connected now, and whoever comes later waits
            if (onlyUnused && clients() > 0) {
                return false;
            }
            Instant since = clock.instant();
            SleepState before = state;
            state = new SleepState.Asleep(since, because);
            try {
                crew.noted();
                crew.sleep(plan.members(), because);
                plan.members()
                        .forEach(member -> board.put(member, MemberState.asleep(plan.asleep(since, because), since)));
                entrances.take(plan);
            } catch (RuntimeException failed) {
                state = before;
                crew.noted();
                plan.members().forEach(member -> crew.wake(member, "it could not be put to sleep"));
                throw failed;
            }
            decisions.add(plan.members().getFirst(), "let " + service + " sleep because " + because);
        } finally {
            entrances.release(plan);
        }
        entrances.watch(plan, this::knocked);
        return true;
    }

    private int clients() {
        return entrances.clients(plan, crew.uncounted(plan));
    }

    /** Somebody has connected. */
    private void knocked(SleepPlan.Way way) {
        try {
            work.lockInterruptibly();
            try {
                if (ended) {
                    return;
                }
                switch (state) {
                    case SleepState.Awake() ->
                        standing().away(way).ifPresent(cause -> {
                            entrances.turnAway(way, cause);
                            tellWhoComes(way);
                        });
                    case SleepState.Asleep _ -> {
                        // counted first: all of these are among those that are looked at next
                        int queued = entrances.queued(way);
                        if (entrances.waiting(plan, crew.uncounted(plan)) == 0) {
                            // collectors of figures, or nobody any more: they do not wake it
                            entrances.disconnect(way, queued);
                            entrances.watch(plan, this::knocked);
                        } else {
                            wakeUp("a client connected to port " + way.port(), Optional.of(way), LONGEST_WAKE);
                        }
                    }
                    case SleepState.Broken(String cause, int _, Duration _, Instant retry) -> {
                        if (users.any() || clock.instant().isBefore(retry)) {
                            entrances.turnAway(way, SleepProblems.words(service, cause));
                            entrances.watch(plan, this::knocked);
                        } else {
                            wakeUp("a client connected to port " + way.port(), Optional.of(way), LONGEST_WAKE);
                        }
                    }
                }
            } finally {
                work.unlock();
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.atError().setCause(failed).addKeyValue("service", service).log("a service could not be woken");
        }
    }

    /** Who was knocked at and the service's own engine are started first; on a small machine every other process delays them. */
    private void wakeUp(String because, Optional<SleepPlan.Way> knocked, Duration patience)
            throws InterruptedException {
        int failures = state.failures();
        long begun = System.nanoTime();
        entrances.unwatch(plan);
        Set<String> first = plan.first(knocked);
        // a companion takes nobody before its service serves: it could not say why it does not
        entrances.holdCompanions(plan);
        try {
            first.forEach(member -> crew.wake(member, because));
            state = new SleepState.Awake();
            lastBusy = clock.instant();
            board.await(
                    () -> ended || standing().ownServe() || standing().failure().isPresent(), patience);
            if (ended) {
                return;
            }
            Optional<String> failure = standing().failure();
            if (failure.isPresent()) {
                broken(failure.get(), failures + 1);
                return;
            }
        } finally {
            entrances.release(plan);
        }
        crew.noted();
        decisions.add(plan.members().getFirst(), standing().woken(because, System.nanoTime() - begun));
        plan.members().stream().filter(member -> !first.contains(member)).forEach(member -> crew.wake(member, because));
    }

    private void tellWhoComes(SleepPlan.Way way) {
        try {
            entrances.watch(way, this::knocked);
        } catch (HoldfastException taken) {
            // somebody else has the port, so that nobody waits at it for us
            LOG.atDebug().setCause(taken).addKeyValue("service", service).log("nobody can be told at this port");
        }
    }

    /** Those who wait are told, and those who come in the next moments; who comes later has it tried again. */
    private void broken(String cause, int failures) {
        List<String> running = new ArrayList<>(plan.members());
        running.removeIf(member -> board.get(member).phase() == MemberState.Phase.FAILED);
        crew.stop(running, service + " could not be woken");
        SleepState.Broken broken = SleepState.Broken.now(cause, failures, clock.instant());
        state = broken;
        crew.noted();
        decisions.add(
                plan.members().getFirst(),
                "tells the clients of " + service + " that it does not serve, for " + Durations.text(broken.pause())
                        + " at least, because " + cause);
        plan.ways().forEach(way -> entrances.turnAway(way, SleepProblems.words(service, cause)));
        entrances.watch(plan, this::knocked);
    }
}
