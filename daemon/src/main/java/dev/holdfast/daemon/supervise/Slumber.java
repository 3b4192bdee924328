package dev.holdfast.daemon.supervise;

import dev.holdfast.engine.Context;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.targets.local.Doors;
import dev.holdfast.targets.local.Running;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of one stack that may sleep. Where all of them do, nothing here runs: the kernel wakes the doorkeeper when
 * somebody connects.
 */
public final class Slumber {
    private static final Logger LOG = LoggerFactory.getLogger(Slumber.class);
    private static final Duration MOST_OFTEN = Duration.ofMillis(100);
    private static final Duration LEAST_OFTEN = Duration.ofSeconds(2);

    /** Engines that start at the same time on a small machine delay each other. */
    private static final int AT_ONCE = 4;

    private final Supervisor supervisor;
    private final Decisions decisions;
    private final InstantSource clock;
    private final Turned turned = new Turned();
    private final SleepPlans plans;
    private final Entrances entrances;
    private final Map<String, Sleeper> sleepers = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<Boolean> news = new LinkedBlockingQueue<>();
    private final Thread watch;

    Slumber(Supervisor supervisor, Decisions decisions, InstantSource clock) {
        this.supervisor = supervisor;
        this.decisions = decisions;
        this.clock = clock;
        this.plans = new SleepPlans(supervisor);
        this.entrances = new Entrances(supervisor::site, turned);
        this.watch = Thread.ofVirtual().name("slumber").start(this::run);
    }

    /** Keeps services from sleeping until it is closed; those that slept before then sleep again. */
    public interface Awake extends AutoCloseable {
        @Override
        void close();
    }

    /** Wakes these services where they sleep, waits until they serve, and keeps them so. */
    public Awake awake(Collection<String> services, String because) throws InterruptedException {
        return awake(services, because, false);
    }

    /** The same, but one that cannot be woken is left as it is for whoever comes to mend it. */
    public Awake awakeToMend(Collection<String> services, String because) throws InterruptedException {
        return awake(services, because, true);
    }

    private Awake awake(Collection<String> services, String because, boolean mending) throws InterruptedException {
        List<Sleeper> used = new ArrayList<>();
        Awake awake = () -> used.forEach(this::leave);
        try {
            for (String service : services) {
                Sleeper sleeper = sleepers.get(plans.root(service));
                if (sleeper != null && !used.contains(sleeper)) {
                    sleeper.use(because, mending);
                    used.add(sleeper);
                }
            }
            return awake;
        } catch (HoldfastException | InterruptedException failed) {
            awake.close();
            throw failed;
        }
    }

    /** All that may sleep. */
    public Awake awake(String because) throws InterruptedException {
        return awake(names(), because, false);
    }

    public Awake awakeToMend(String because) throws InterruptedException {
        return awake(names(), because, true);
    }

    /** One that cannot be put to sleep again does not keep the others from it. */
    private void leave(Sleeper sleeper) {
        try {
            sleeper.leave();
        } catch (RuntimeException failed) {
            LOG.atError()
                    .setCause(failed)
                    .addKeyValue("service", sleeper.service())
                    .log("a service could not be put to sleep again");
        }
    }

    /** The services that may sleep, in order. */
    public List<String> names() {
        return sleepers.keySet().stream().sorted().toList();
    }

    /**
     * Wakes what sleeps and lets nothing sleep any more, because nobody will listen for it.
     *
     * @return those that sleep all the same
     */
    public List<String> wakeForGood(String because, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        List<Callable<Boolean>> wakes = new ArrayList<>();
        for (Sleeper sleeper : sleepers.values()) {
            wakes.add(() -> {
                boolean slept = !(sleeper.state() instanceof SleepState.Awake);
                sleeper.use(because, true);
                return slept
                        && supervisor
                                .board()
                                .await(
                                        () -> sleeper.plan().isSettled(supervisor.board()),
                                        Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            });
        }
        try (ExecutorService few = Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofVirtual().name("wake-").factory())) {
            var _ = few.invokeAll(wakes, patience.toMillis(), TimeUnit.MILLISECONDS);
        }
        return sleepers.values().stream()
                .filter(sleeper -> !(sleeper.state() instanceof SleepState.Awake))
                .map(Sleeper::service)
                .sorted()
                .toList();
    }

    public boolean isAsleep(String service) {
        return Optional.ofNullable(sleepers.get(plans.root(service)))
                .map(Sleeper::state)
                .filter(SleepState.Asleep.class::isInstance)
                .isPresent();
    }

    /** By hand; whether it was awake. */
    public boolean suspend(String service, boolean disconnect, String because) throws InterruptedException {
        return sleeper(service).suspend(disconnect, because);
    }

    /** By hand; whether it slept. It sleeps again when it has been idle for its time. */
    public boolean wake(String service, String because) throws InterruptedException {
        Sleeper sleeper = sleeper(service);
        boolean slept = sleeper.wake(because);
        sleeper.standing().requireWoken(sleeper.state(), slept);
        return slept;
    }

    private Sleeper sleeper(String service) {
        return Optional.ofNullable(sleepers.get(plans.root(service)))
                .orElseThrow(() -> SleepProblems.neverSleeps(service));
    }

    /** Reads anew from the stack which services may sleep, and how. */
    void plan() {
        Context context = supervisor.site().context();
        Map<String, SleepPlan> wanted = new LinkedHashMap<>();
        for (Service<?> service : context.stack().services().values()) {
            if (service.parent().isEmpty() && service.suspend().isPresent()) {
                SleepPlan plan = plans.plan(service, context);
                if (!plan.ways().isEmpty() && !plan.members().isEmpty()) {
                    wanted.put(service.name(), plan);
                }
            }
        }
        for (String gone : List.copyOf(sleepers.keySet())) {
            if (!wanted.containsKey(gone)) {
                dismiss(gone);
            }
        }
        wanted.forEach((service, plan) -> {
            Sleeper known = sleepers.get(service);
            if (known != null) {
                known.replan(plan);
            } else {
                sleepers.put(
                        service,
                        new Sleeper(service, plan, entrances, supervisor.board(), new Members(), decisions, clock));
            }
        });
        news.add(true);
    }

    private void dismiss(String service) {
        try {
            Optional.ofNullable(sleepers.get(service)).orElseThrow().dismiss();
            sleepers.remove(service);
            noted();
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    /** After another daemon: what sleeps goes on sleeping, what runs gives back its sockets. */
    void takeUpAgain() {
        Map<String, Doors.Asleep> noted = new LinkedHashMap<>();
        supervisor.site().doors().remembered().forEach(one -> noted.put(one.service(), one));
        sleepers.forEach((service, sleeper) -> {
            boolean runs = sleeper.plan().members().stream()
                    .anyMatch(member -> supervisor.running(member).isPresent());
            Doors.Asleep asleep = noted.get(service);
            if (asleep != null && !runs) {
                sleeper.stillAsleep(asleep.since(), asleep.because());
            } else {
                Thread.ofVirtual().name("reclaim-" + service).start(() -> reclaim(sleeper.plan()));
            }
        });
        noted();
    }

    private void reclaim(SleepPlan plan) {
        try {
            entrances.reclaim(plan);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    /** What could not be woken is tried again by whoever asks for all that is down, and has just begun to start it. */
    void tryAgain() {
        sleepers.values().forEach(Sleeper::mended);
    }

    /** Somebody has started this member; what was stopped because it could not be woken is started as well. */
    void mended(String member) {
        for (Sleeper sleeper : sleepers.values()) {
            List<String> members = sleeper.plan().members();
            if (members.contains(member) && sleeper.mended()) {
                members.stream()
                        .filter(other -> supervisor.board().get(other).phase() == MemberState.Phase.STOPPED)
                        .forEach(other -> supervisor.wake(other, sleeper.service() + " is started again"));
            }
        }
    }

    void wakeOwnerOf(String member, String because) {
        for (Sleeper sleeper : sleepers.values()) {
            if (sleeper.plan().members().contains(member)) {
                try {
                    var _ = sleeper.wake(because);
                } catch (InterruptedException ending) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** The stack goes down: nobody is to be woken any more, and what slept does not sleep when it comes up again. */
    void end() {
        close();
        // whoever waits for one that wakes has been told to stop waiting
        sleepers.values().forEach(Sleeper::startedAnew);
    }

    /** Ends the looking; what sleeps sleeps. */
    void close() {
        watch.interrupt();
        sleepers.values().forEach(Sleeper::end);
        turned.close();
    }

    private void run() {
        try {
            while (true) {
                Optional<Duration> pause = pause();
                if (pause.isPresent()) {
                    var _ = news.poll(pause.get().toMillis(), TimeUnit.MILLISECONDS);
                } else {
                    var _ = news.take();
                }
                news.clear();
                sleepers.values().forEach(this::look);
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Sleeper sleeper) {
        try {
            sleeper.look();
        } catch (RuntimeException failed) {
            LOG.atError()
                    .setCause(failed)
                    .addKeyValue("service", sleeper.service())
                    .log("a service could not be put to sleep");
        }
    }

    /** Until the next look; empty where nobody is awake who could fall asleep. */
    private Optional<Duration> pause() {
        return sleepers.values().stream()
                .filter(sleeper -> sleeper.state() instanceof SleepState.Awake)
                .map(sleeper -> bounded(sleeper.plan().idle().dividedBy(10)))
                .min(Duration::compareTo);
    }

    private static Duration bounded(Duration pause) {
        if (pause.compareTo(MOST_OFTEN) < 0) {
            return MOST_OFTEN;
        }
        return pause.compareTo(LEAST_OFTEN) > 0 ? LEAST_OFTEN : pause;
    }

    private void noted() {
        try {
            supervisor
                    .site()
                    .doors()
                    .remember(sleepers.values().stream()
                            .flatMap(sleeper -> sleeper.state().noted(sleeper.service()).stream())
                            .toList());
        } catch (HoldfastException full) {
            // the next daemon may start what sleeps now, which keeps nobody out
            LOG.atWarn().setCause(full).log("which services sleep is not written down");
        }
        news.add(true);
    }

    /** The members of one service, through their keepers. */
    private final class Members implements Crew {
        @Override
        public void sleep(List<String> members, String because) {
            var _ = supervisor.stop(members, because);
        }

        @Override
        public void wake(String member, String because) {
            supervisor.wake(member, because);
        }

        @Override
        public void stop(List<String> members, String because) {
            var _ = supervisor.stop(members, because);
        }

        @Override
        public Optional<Problem> lacking(String member) {
            return supervisor.site().lacking(member);
        }

        @Override
        public List<Running> uncounted(SleepPlan plan) {
            List<Running> running = new ArrayList<>();
            plan.members().forEach(name -> supervisor.running(name).ifPresent(running::add));
            plan.collectors().forEach(name -> supervisor.running(name).ifPresent(running::add));
            return running;
        }

        @Override
        public void noted() {
            Slumber.this.noted();
        }
    }
}
