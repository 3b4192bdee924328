package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
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
import java.util.concurrent.ConcurrentHashMap;
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

    private final Supervisor supervisor;
    private final Decisions decisions;
    private final InstantSource clock;
    private final Turned turned = new Turned();
    private final Map<String, Sleeper> sleepers = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<Boolean> news = new LinkedBlockingQueue<>();
    private final Thread watch;

    Slumber(Supervisor supervisor, Decisions decisions, InstantSource clock) {
        this.supervisor = supervisor;
        this.decisions = decisions;
        this.clock = clock;
        this.watch = Thread.ofVirtual().name("slumber").start(this::run);
    }

    /** Keeps services from sleeping until it is closed; those that slept before then sleep again. */
    public interface Awake extends AutoCloseable {
        @Override
        void close();
    }

    /** Wakes these services where they sleep, waits until they serve, and keeps them so. */
    public Awake awake(Collection<String> services, String because) throws InterruptedException {
        List<Sleeper> used = new ArrayList<>();
        Awake awake = () -> used.forEach(Sleeper::leave);
        try {
            for (String service : services) {
                Sleeper sleeper = sleepers.get(root(service));
                if (sleeper != null && !used.contains(sleeper)) {
                    sleeper.use(because);
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
        return awake(List.copyOf(sleepers.keySet()), because);
    }

    public boolean isAsleep(String service) {
        return Optional.ofNullable(sleepers.get(root(service)))
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
        if (sleeper.state() instanceof SleepState.Broken(String cause, int _, java.time.Instant _)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3253,
                    "service '" + service + "' slept and could not be woken because " + cause,
                    "See 'holdfast why " + service + "'."));
        }
        return slept;
    }

    private Sleeper sleeper(String service) {
        Sleeper sleeper = sleepers.get(root(service));
        if (sleeper == null) {
            throw new HoldfastException(Problem.of(
                    Code.HF3251,
                    "service '" + service + "' cannot sleep because the stack file does not say after how long it may",
                    "Give it 'suspend: 5m' and run 'holdfast apply'."));
        }
        return sleeper;
    }

    private String root(String service) {
        Service<?> found = supervisor.site().context().stack().services().get(service);
        return found == null ? service : found.parent().orElse(service);
    }

    /** Reads anew from the stack which services may sleep, and how. */
    void plan() {
        Context context = supervisor.site().context();
        Map<String, SleepPlan> plans = new LinkedHashMap<>();
        for (Service<?> service : context.stack().services().values()) {
            if (service.parent().isEmpty() && service.suspend().isPresent()) {
                SleepPlan plan = plan(service, context);
                if (!plan.ways().isEmpty() && !plan.members().isEmpty()) {
                    plans.put(service.name(), plan);
                }
            }
        }
        for (String gone : List.copyOf(sleepers.keySet())) {
            if (!plans.containsKey(gone)) {
                dismiss(gone);
            }
        }
        plans.forEach((service, plan) -> {
            Sleeper known = sleepers.get(service);
            if (known != null) {
                known.replan(plan);
            } else {
                sleepers.put(
                        service,
                        new Sleeper(
                                service,
                                plan,
                                new Entrances(supervisor::site, turned),
                                supervisor.board(),
                                new Members(),
                                decisions,
                                clock));
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

    private SleepPlan plan(Service<?> service, Context context) {
        List<SleepPlan.Way> ways = new ArrayList<>();
        List<String> members = new ArrayList<>();
        for (Service<?> part : context.stack().services().values()) {
            if (part.name().equals(service.name()) || part.parent().equals(Optional.of(service.name()))) {
                ways.addAll(ways(Bound.of(supervisor.register(), part), context));
            }
        }
        List<String> collectors = new ArrayList<>();
        for (Workload workload : supervisor.site().workloads()) {
            String member = workload.member().name();
            Service<?> owner = context.stack().services().get(workload.member().service());
            if (root(workload.member().service()).equals(service.name())) {
                members.add(member);
            } else if (owner != null
                    && Bound.of(supervisor.register(), owner).engine().collectsMetrics()) {
                collectors.add(member);
            }
        }
        return new SleepPlan(service.suspend().orElseThrow(), ways, members, collectors);
    }

    private static <S extends Record> List<SleepPlan.Way> ways(Bound<S> bound, Context context) {
        if (!(bound.engine().provisioning().sleeping(bound.service())
                instanceof Support.Offered<Sleeping<S>>(Sleeping<S> sleeping))) {
            return List.of();
        }
        return sleeping.doorways(bound.service()).stream()
                .map(way -> new SleepPlan.Way(
                        way,
                        context.listen(way.member(), way.port()).port(),
                        bound.service().parent().isEmpty(),
                        sleeping::refuse))
                .toList();
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
                Thread.ofVirtual().name("reclaim-" + service).start(sleeper::reclaim);
            }
        });
        noted();
    }

    /** What could not be woken is tried again by whoever asks for all that is down. */
    void tryAgain() {
        sleepers.values().stream()
                .filter(sleeper -> sleeper.state() instanceof SleepState.Broken)
                .forEach(Sleeper::startedAnew);
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
        sleepers.values().forEach(Sleeper::startedAnew);
    }

    /** Ends the looking; what sleeps sleeps. */
    void close() {
        watch.interrupt();
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
        supervisor
                .site()
                .doors()
                .remember(sleepers.values().stream()
                        .flatMap(sleeper -> sleeper.noted().stream())
                        .toList());
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
