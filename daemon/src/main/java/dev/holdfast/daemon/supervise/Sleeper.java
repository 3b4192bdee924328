package dev.holdfast.daemon.supervise;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Doors;
import dev.holdfast.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One service that may sleep: lets it, wakes it, and answers for it where it cannot be woken. */
final class Sleeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sleeper.class);

    /** Beyond any recovery that somebody would wait for; whoever connects has a shorter patience of his own. */
    private static final Duration LONGEST_WAKE = Duration.ofHours(1);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int LONGEST_PAUSES = 60;

    private final String service;
    private final Entrances entrances;
    private final Board board;
    private final Crew crew;
    private final Decisions decisions;
    private final InstantSource clock;
    private final ReentrantLock work = new ReentrantLock();

    private volatile SleepPlan plan;
    private volatile SleepState state = new SleepState.Awake();
    private volatile Instant lastBusy;
    private volatile boolean dismissed;
    private int users;
    private boolean putBack;

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

    void replan(SleepPlan next) {
        plan = next;
    }

    /** Waits for what is being done with it, then sees whether it is time to sleep. */
    void look() {
        if (!work.tryLock()) {
            return;
        }
        try {
            if (!(state instanceof SleepState.Awake) || isUsed()) {
                lastBusy = clock.instant();
                return;
            }
            Optional<MemberState> failed = failed();
            if (failed.isPresent()) {
                // the queue is ours as well, so nobody but us can tell those in it
                broken(failed.get().health().because(), 0);
                return;
            }
            if (!runs() || entrances.clients(plan, crew.uncounted(plan)) > 0) {
                lastBusy = clock.instant();
                return;
            }
            if (Duration.between(lastBusy, clock.instant()).compareTo(plan.idle()) >= 0) {
                String because = "no client had been connected for " + Durations.text(plan.idle());
                if (!fallAsleep(because, true)) {
                    lastBusy = clock.instant();
                }
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } finally {
            work.unlock();
        }
    }

    /** By hand. Refuses where clients are connected, unless they are to be cut off. */
    boolean suspend(boolean disconnect, String because) throws InterruptedException {
        work.lockInterruptibly();
        try {
            if (state instanceof SleepState.Asleep) {
                return false;
            }
            if (isUsed()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3252,
                        "service '" + service + "' is being worked on, so it cannot sleep now",
                        "Wait for the command that works on it to end; see 'holdfast why " + service + "'."));
            }
            int connected = disconnect ? 0 : entrances.afterGoodbyes(plan, crew.uncounted(plan));
            if (connected > 0 || !fallAsleep(because, !disconnect)) {
                throw new HoldfastException(Problem.of(
                        Code.HF3252,
                        "service '" + service + "' has " + Math.max(1, connected)
                                + (connected > 1 ? " clients" : " client") + ", whom sleeping would cut off",
                        "Have them disconnect, or run it with --disconnect."));
            }
            return true;
        } finally {
            work.unlock();
        }
    }

    /** Wakes it and waits until it serves; whether it had slept. */
    boolean wake(String because) throws InterruptedException {
        work.lockInterruptibly();
        try {
            if (state instanceof SleepState.Awake) {
                lastBusy = clock.instant();
                return false;
            }
            wakeUp(because, Optional.empty());
            return true;
        } finally {
            work.unlock();
        }
    }

    /** Keeps it awake from now on, which it is when this returns, until as many {@link #leave}. */
    void use(String because) throws InterruptedException {
        synchronized (this) {
            users++;
        }
        boolean kept = false;
        try {
            boolean slept = wake(because);
            if (state instanceof SleepState.Broken(String cause, int _, Instant _)) {
                throw new HoldfastException(Problem.of(
                        Code.HF3253,
                        "service '" + service + "' slept and could not be woken because " + cause,
                        "See 'holdfast why " + service + "'."));
            }
            synchronized (this) {
                putBack |= slept;
            }
            kept = true;
        } finally {
            if (!kept) {
                leave();
            }
        }
    }

    void leave() {
        boolean last;
        synchronized (this) {
            users--;
            last = users == 0 && putBack;
            if (last) {
                putBack = false;
            }
        }
        lastBusy = clock.instant();
        if (last) {
            try {
                work.lockInterruptibly();
                try {
                    if (state instanceof SleepState.Awake && !isUsed()) {
                        fallAsleep("the work that it was woken for has ended", true);
                    }
                } finally {
                    work.unlock();
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized boolean isUsed() {
        return users > 0;
    }

    /** The daemon before this one left it asleep, and nothing of it runs. */
    void stillAsleep(Instant since, String because) {
        state = new SleepState.Asleep(since, because);
        for (String member : plan.members()) {
            board.put(member, MemberState.asleep(words(since, because), since));
        }
        entrances.watch(plan, this::knocked);
    }

    /** Started by somebody while it slept. */
    void startedAnew() {
        work.lock();
        try {
            if (!(state instanceof SleepState.Awake)) {
                entrances.unwatch(plan);
                state = new SleepState.Awake();
                lastBusy = clock.instant();
                crew.noted();
            }
        } finally {
            work.unlock();
        }
    }

    void reclaim() {
        try {
            entrances.reclaim(plan);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    /** It never sleeps any more. */
    void dismiss() throws InterruptedException {
        dismissed = true;
        var _ = wake("it does not sleep any more");
        entrances.close(plan);
    }

    private boolean fallAsleep(String because, boolean onlyUnused) throws InterruptedException {
        if (dismissed || (onlyUnused && entrances.clients(plan, crew.uncounted(plan)) > 0)) {
            return false;
        }
        entrances.reclaim(plan);
        entrances.hold(plan);
        try {
            // whoever came before the doors were held is connected now, and whoever comes later waits
            if (onlyUnused && entrances.clients(plan, crew.uncounted(plan)) > 0) {
                return false;
            }
            Instant since = clock.instant();
            SleepState before = state;
            state = new SleepState.Asleep(since, because);
            crew.noted();
            try {
                crew.sleep(plan.members(), because);
                plan.members().forEach(member -> board.put(member, MemberState.asleep(words(since, because), since)));
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

    private String words(Instant since, String because) {
        List<String> ports = plan.ports().stream().map(String::valueOf).toList();
        return "asleep since " + since.truncatedTo(java.time.temporal.ChronoUnit.SECONDS) + " because " + because
                + "; a connection to port " + String.join(" or ", ports) + " wakes it";
    }

    private String words(String cause) {
        return "service '" + service + "' cannot be woken because " + cause;
    }

    /** Somebody has connected. */
    private void knocked(SleepPlan.Way way) {
        try {
            work.lockInterruptibly();
            try {
                switch (state) {
                    case SleepState.Awake() -> {}
                    case SleepState.Asleep _ -> {
                        // counted first: all of these are among those that are looked at next
                        int queued = entrances.queued(way);
                        if (entrances.waiting(plan, crew.uncounted(plan)) == 0) {
                            // collectors of figures, or nobody any more: they do not wake it
                            entrances.disconnect(way, queued);
                            entrances.watch(plan, this::knocked);
                        } else {
                            wakeUp("a client connected to port " + way.port(), Optional.of(way));
                        }
                    }
                    case SleepState.Broken(String cause, int _, Instant retry) -> {
                        if (clock.instant().isBefore(retry)) {
                            entrances.turnAway(way, words(cause));
                            entrances.watch(plan, this::knocked);
                        } else {
                            wakeUp("a client connected to port " + way.port(), Optional.of(way));
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
    private void wakeUp(String because, Optional<SleepPlan.Way> knocked) throws InterruptedException {
        int failures = state instanceof SleepState.Broken(String _, int before, Instant _) ? before : 0;
        long begun = System.nanoTime();
        entrances.unwatch(plan);
        Set<String> first = new TreeSet<>();
        plan.ways().stream()
                .filter(way -> way.isOwn() || knocked.isEmpty() || knocked.get().equals(way))
                .forEach(way -> first.add(way.doorway().member()));
        // a companion takes nobody before its service serves: it could not say why it does not
        entrances.holdCompanions(plan);
        try {
            first.forEach(member -> crew.wake(member, because));
            state = new SleepState.Awake();
            lastBusy = clock.instant();
            board.await(() -> ownServe() || failed().isPresent(), LONGEST_WAKE);
            Optional<MemberState> failed = failed();
            if (failed.isPresent()) {
                broken(failed.get().health().because(), failures + 1);
                return;
            }
        } finally {
            entrances.release(plan);
        }
        crew.noted();
        decisions.add(
                plan.members().getFirst(),
                "woke " + service + " because " + because + "; it served after "
                        + (System.nanoTime() - begun) / 1_000_000 + " ms");
        plan.members().stream().filter(member -> !first.contains(member)).forEach(member -> crew.wake(member, because));
    }

    private boolean ownServe() {
        return plan.ways().stream()
                .filter(SleepPlan.Way::isOwn)
                .allMatch(way -> board.get(way.doorway().member()).isServing());
    }

    private Optional<MemberState> failed() {
        return plan.ways().stream()
                .map(way -> board.get(way.doorway().member()))
                .filter(member -> member.phase() == MemberState.Phase.FAILED)
                .findFirst();
    }

    private boolean runs() {
        return plan.ways().stream()
                .allMatch(way -> board.get(way.doorway().member()).phase() == MemberState.Phase.RUNNING);
    }

    /** Those who wait are told, and those who come in the next moments; who comes later has it tried again. */
    private void broken(String cause, int failures) {
        List<String> running = new ArrayList<>(plan.members());
        running.removeIf(member -> board.get(member).phase() == MemberState.Phase.FAILED);
        crew.stop(running, service + " could not be woken");
        Duration pause = FIRST_PAUSE.multipliedBy(Math.min(LONGEST_PAUSES, 1L << Math.clamp(failures, 0, 10)));
        state = new SleepState.Broken(cause, failures, clock.instant().plus(pause));
        crew.noted();
        decisions.add(
                plan.members().getFirst(),
                "tells the clients of " + service + " that it does not serve, for " + Durations.text(pause)
                        + " at least, because " + cause);
        plan.ways().forEach(way -> entrances.turnAway(way, words(cause)));
        entrances.watch(plan, this::knocked);
    }

    /** As it is written down. */
    Optional<Doors.Asleep> noted() {
        return state instanceof SleepState.Asleep(Instant since, String because)
                ? Optional.of(new Doors.Asleep(service, since, because))
                : Optional.empty();
    }
}
