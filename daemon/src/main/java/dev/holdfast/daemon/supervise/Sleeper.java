package dev.holdfast.daemon.supervise;

import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Sleeping.Doorway;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Doors;
import dev.holdfast.targets.local.Running;
import dev.holdfast.targets.local.door.Door;
import dev.holdfast.targets.local.door.Guest;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One service that may sleep: lets it, wakes it, and answers for it where it cannot be woken. */
final class Sleeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sleeper.class);

    /** An engine that serves gives its socket back in a few milliseconds. */
    private static final Duration RECLAIM = Duration.ofSeconds(2);

    /** Beyond any recovery that somebody would wait for; whoever connects has a shorter patience of his own. */
    private static final Duration LONGEST_WAKE = Duration.ofHours(1);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LAST_PAUSE = Duration.ofMinutes(1);

    private final String service;
    private final Supplier<Site> site;
    private final Board board;
    private final Crew crew;
    private final Decisions decisions;
    private final InstantSource clock;
    private final Turned turned;
    private final ReentrantLock work = new ReentrantLock();

    private volatile Plan plan;
    private volatile State state = new State.Awake();
    private volatile Instant lastBusy;
    private volatile boolean dismissed;
    private int users;
    private boolean putBack;

    Sleeper(
            String service,
            Plan plan,
            Supplier<Site> site,
            Board board,
            Crew crew,
            Turned turned,
            Decisions decisions,
            InstantSource clock) {
        this.service = service;
        this.plan = plan;
        this.site = site;
        this.board = board;
        this.crew = crew;
        this.turned = turned;
        this.decisions = decisions;
        this.clock = clock;
        this.lastBusy = clock.instant();
    }

    /** Has members sleep and wake; the doors are not its business. */
    interface Crew {
        /** In the order in which they are stopped; returns when they are. */
        void sleep(List<String> members, String because);

        /** Returns at once. */
        void wake(String member, String because);

        void stop(List<String> members, String because);

        /** Processes whose connections never count: the service's own, and those that collect figures. */
        List<Running> uncounted(List<String> members);

        /** The state of some service has changed, so that it is written down. */
        void noted();
    }

    /** What the file says of it: after how long, through which doors, with which members. */
    record Plan(Duration idle, List<Way> ways, List<String> members) {
        Plan {
            ways = List.copyOf(ways);
            members = List.copyOf(members);
        }

        Set<Integer> ports() {
            Set<Integer> ports = new TreeSet<>();
            ways.forEach(way -> ports.add(way.port()));
            return ports;
        }
    }

    /** One door with the engine that answers there. */
    record Way(Doorway doorway, int port, Refusal refusal) {}

    /** How the engine behind a door turns a client away. */
    interface Refusal {
        void tell(Sleeping.Talk client, String cause) throws java.io.IOException;
    }

    /** Whether it sleeps. */
    sealed interface State {
        record Awake() implements State {}

        record Asleep(Instant since, String because) implements State {}

        /** It could not be woken; whoever comes before {@code retry} is told why. */
        record Broken(String cause, int failures, Instant retry) implements State {}
    }

    String service() {
        return service;
    }

    State state() {
        return state;
    }

    Plan plan() {
        return plan;
    }

    void replan(Plan next) {
        plan = next;
    }

    /** Waits for what is being done with it, then sees whether it is time to sleep. */
    void look() {
        if (!work.tryLock()) {
            return;
        }
        try {
            if (!(state instanceof State.Awake) || isUsed()) {
                lastBusy = clock.instant();
                return;
            }
            Optional<MemberState> failed = failed();
            if (failed.isPresent()) {
                // the queue is ours as well, so nobody but us can tell those in it
                broken(failed.get().health().because(), 0);
                return;
            }
            if (!runs() || clients() > 0) {
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

    /** By hand. Refuses where clients are connected and nobody said that they are to be cut off. */
    boolean suspend(boolean disconnect, String because) throws InterruptedException {
        work.lockInterruptibly();
        try {
            if (state instanceof State.Asleep) {
                return false;
            }
            if (isUsed()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3252,
                        "service '" + service + "' is being worked on, so it cannot sleep now",
                        "Wait for the command that works on it to end; see 'holdfast why " + service + "'."));
            }
            if (!fallAsleep(because, !disconnect)) {
                throw new HoldfastException(Problem.of(
                        Code.HF3252,
                        "service '" + service + "' has " + clients() + " clients, whom sleeping would cut off",
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
            if (state instanceof State.Awake) {
                lastBusy = clock.instant();
                return false;
            }
            wakeUp(because);
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
            if (state instanceof State.Broken(String cause, int _, Instant _)) {
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
                    if (state instanceof State.Awake && !isUsed()) {
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
        state = new State.Asleep(since, because);
        for (String member : plan.members()) {
            board.put(member, MemberState.asleep(words(since, because), since));
        }
        watch();
    }

    /** It runs and an earlier daemon gave it its sockets: they are asked back, so that it can sleep without a gap. */
    void reclaim() {
        for (Way way : plan.ways()) {
            try {
                if (!door(way).reclaim(RECLAIM)) {
                    LOG.atInfo()
                            .addKeyValue("service", service)
                            .addKeyValue("port", way.port())
                            .log("the engine has its socket for itself; the port is bound anew when it sleeps");
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Started by somebody while it slept. */
    void startedAnew() {
        work.lock();
        try {
            if (!(state instanceof State.Awake)) {
                unwatch();
                state = new State.Awake();
                lastBusy = clock.instant();
                crew.noted();
            }
        } finally {
            work.unlock();
        }
    }

    /** It never sleeps any more. */
    void dismiss() throws InterruptedException {
        dismissed = true;
        var _ = wake("it does not sleep any more");
        for (Way way : plan.ways()) {
            site.get().doors().close(way.doorway().member());
        }
    }

    private boolean fallAsleep(String because, boolean onlyUnused) throws InterruptedException {
        if (dismissed || (onlyUnused && clients() > 0)) {
            return false;
        }
        for (Way way : plan.ways()) {
            if (!door(way).hasSocket()) {
                door(way).reclaim(RECLAIM);
            }
        }
        plan.ways().forEach(way -> door(way).hold());
        try {
            // whoever came before the doors were held is connected now, and whoever comes later waits
            if (onlyUnused && clients() > 0) {
                return false;
            }
            Instant since = clock.instant();
            State before = state;
            state = new State.Asleep(since, because);
            crew.noted();
            try {
                crew.sleep(plan.members(), because);
                plan.members()
                        .forEach(member -> board.put(member, MemberState.asleep(words(since, because), since)));
                plan.ways().forEach(way -> door(way).take());
            } catch (RuntimeException failed) {
                state = before;
                crew.noted();
                plan.members().forEach(member -> crew.wake(member, "it could not be put to sleep"));
                throw failed;
            }
            decisions.add(plan.members().getFirst(), "let " + service + " sleep because " + because);
        } finally {
            plan.ways().forEach(way -> door(way).release());
        }
        watch();
        return true;
    }

    private String words(Instant since, String because) {
        List<String> ports = plan.ports().stream().map(String::valueOf).toList();
        return "asleep since " + since.truncatedTo(java.time.temporal.ChronoUnit.SECONDS) + " because " + because
                + "; a connection to port " + String.join(" or ", ports) + " wakes it";
    }

    private void watch() {
        plan.ways().forEach(way -> door(way).watch(() -> knocked(way)));
    }

    private void unwatch() {
        plan.ways().forEach(way -> door(way).unwatch());
    }

    /** Somebody has connected. */
    private void knocked(Way way) {
        try {
            work.lockInterruptibly();
            try {
                switch (state) {
                    case State.Awake() -> {}
                    case State.Asleep _ -> {
                        if (waiting() == 0) {
                            // collectors of figures, or nobody any more: they do not wake it
                            turnAway(way, Optional.empty());
                            watch();
                        } else {
                            wakeUp("a client connected to port " + way.port());
                        }
                    }
                    case State.Broken(String cause, int _, Instant retry) -> {
                        if (clock.instant().isBefore(retry)) {
                            turnAway(way, Optional.of(cause));
                            watch();
                        } else {
                            wakeUp("a client connected to port " + way.port());
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

    /** Clients in the queue; Holdfast's own connections count here, because it makes none without need. */
    private int waiting() {
        Site place = site.get();
        return place.doors().waiting(plan.ports(), crew.uncounted(plan.members()));
    }

    private void wakeUp(String because) throws InterruptedException {
        int failures = state instanceof State.Broken(String _, int before, Instant _) ? before : 0;
        long begun = System.nanoTime();
        unwatch();
        Set<String> first = new TreeSet<>();
        plan.ways().forEach(way -> first.add(way.doorway().member()));
        first.forEach(member -> crew.wake(member, because));
        state = new State.Awake();
        lastBusy = clock.instant();
        board.await(
                () -> first.stream().allMatch(member -> board.get(member).isServing())
                        || failed().isPresent(),
                LONGEST_WAKE);
        Optional<MemberState> failed = failed();
        if (failed.isPresent()) {
            broken(failed.get().health().because(), failures + 1);
            return;
        }
        crew.noted();
        decisions.add(
                plan.members().getFirst(),
                "woke " + service + " because " + because + "; it served after "
                        + (System.nanoTime() - begun) / 1_000_000 + " ms");
        plan.members().stream().filter(member -> !first.contains(member)).forEach(member -> crew.wake(member, because));
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

    private int clients() {
        return site.get().doors().clients(plan.ports(), crew.uncounted(plan.members()));
    }

    /** Those who wait are told, and those who come in the next moments; who comes later has it tried again. */
    private void broken(String cause, int failures) {
        List<String> running = new ArrayList<>(plan.members());
        running.removeIf(member -> board.get(member).phase() == MemberState.Phase.FAILED);
        crew.stop(running, service + " could not be woken");
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.clamp(failures, 0, 10));
        Duration bounded = pause.compareTo(LAST_PAUSE) > 0 ? LAST_PAUSE : pause;
        state = new State.Broken(cause, failures, clock.instant().plus(bounded));
        crew.noted();
        decisions.add(
                plan.members().getFirst(),
                "tells the clients of " + service + " that it does not serve, for "
                        + Durations.text(bounded) + " at least, because " + cause);
        plan.ways().forEach(way -> turnAway(way, Optional.of(cause)));
        watch();
    }

    /** All that wait now, whatever they are; without a cause they are only disconnected. */
    private void turnAway(Way way, Optional<String> cause) {
        Door door = door(way);
        door.take();
        Optional<Guest> guest = door.next();
        while (guest.isPresent()) {
            Guest one = guest.get();
            if (cause.isPresent()) {
                turned.away(
                        one,
                        way.refusal(),
                        site.get().doors().tls(way.doorway().member()),
                        "service '" + service + "' cannot be woken because " + cause.get());
            } else {
                one.close();
            }
            guest = door.next();
        }
    }

    private Door door(Way way) {
        return site.get().doors().door(way.doorway().member(), way.port());
    }

    /** As it is written down. */
    Optional<Doors.Asleep> noted() {
        return state instanceof State.Asleep(Instant since, String because)
                ? Optional.of(new Doors.Asleep(service, since, because))
                : Optional.empty();
    }
}
