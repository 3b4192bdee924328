package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.apply.Operation;
import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the backups that are due, one at a time over all stacks, and lets go what was kept long enough. One that was missed while no daemon ran is made up for
 * once; one that failed is tried again before its next time.
 */
final class Schedules implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Schedules.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration ENDING = Duration.ofSeconds(5);

    /** A store that was away for a moment should not cost a day's backup, nor be asked every minute. */
    private static final Duration RETRY = Duration.ofMinutes(10);

    /** So that the stacks of a machine do not all begin on the stroke of the hour. */
    private static final int JITTER_SECONDS = 30;

    private final Stacks stacks;
    private final List<Thread> threads;

    Schedules(Stacks stacks) {
        this.stacks = stacks;
        Retention retention = new Retention(stacks.parts().clock());
        // a database that keeps its audit waiting is no reason to save none of the others
        this.threads = List.of(
                Thread.ofVirtual().name("schedules").unstarted(() -> run(this::save)),
                Thread.ofVirtual().name("retention").unstarted(() -> run(retention::look)));
    }

    void begin() {
        threads.forEach(Thread::start);
    }

    @Override
    public void close() {
        List<Thread> begun = threads.stream()
                .filter(thread -> thread.getState() != Thread.State.NEW)
                .toList();
        begun.forEach(Thread::interrupt);
        try {
            // what they were about to write down is part of the state that the next daemon finds
            for (Thread thread : begun) {
                thread.join(ENDING);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is seen to of every service, again and again. */
    private interface Look {
        void at(ManagedStack managed, ManagedStack.Live live, Bound<?> bound) throws InterruptedException;
    }

    private void run(Look look) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(PAUSE);
                for (String name : stacks.names()) {
                    look(name, look);
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One stack whose state cannot be read is no reason to save none of the others. */
    private void look(String name, Look look) throws InterruptedException {
        try {
            ManagedStack managed = stacks.findOrCreate(name);
            Optional<ManagedStack.Live> live = managed.live();
            if (live.isEmpty() || live.get().stack().isDerived()) {
                return;
            }
            for (Service<?> service : live.get().stack().services().values()) {
                look.at(managed, live.get(), Bound.of(stacks.parts().register(), service));
            }
        } catch (RuntimeException unexpected) {
            LOG.atError().setCause(unexpected).addKeyValue("stack", name).log("looking for what is due failed");
        }
    }

    private <S extends Record> void save(ManagedStack managed, ManagedStack.Live live, Bound<S> bound)
            throws InterruptedException {
        if (!(bound.engine().protection() instanceof Support.Offered<Protection<S>>(Protection<S> protection))
                || !protection.isAsked(bound.service())) {
            return;
        }
        String service = bound.service().name();
        List<Protection.Schedule> schedules = protection.schedules(bound.service());
        int jitter = Math.floorMod((managed.name() + "/" + service).hashCode(), JITTER_SECONDS);
        Instant now = stacks.parts().clock().instant();
        SortedMap<Kind, Instant> asked = managed.saved()
                .asked(
                        service,
                        schedules.stream().map(Protection.Schedule::kind).toList(),
                        now);
        Optional<Kind> due = due(schedules, managed.saved().ofService(service), asked, now.minusSeconds(jitter));
        if (due.isEmpty() || !isServing(live, bound)) {
            return;
        }
        Optional<Lease.Held> turn = managed.saving(service).tryTake(Duration.ZERO);
        if (turn.isPresent()) {
            try (Lease.Held _ = turn.get()) {
                save(managed, live, bound, protection, due.get());
            }
        }
    }

    /** One that is only just starting would fail, and be tried again much later; one that does not start says so itself. */
    private static boolean isServing(ManagedStack.Live live, Bound<?> bound) {
        return bound.members().stream()
                .allMatch(member -> live.supervisor().board().get(member.name()).isServing());
    }

    private <S extends Record> void save(
            ManagedStack managed, ManagedStack.Live live, Bound<S> bound, Protection<S> protection, Kind kind)
            throws InterruptedException {
        String service = bound.service().name();
        new Operation("schedule", "holdfast", "backup").<Void, InterruptedException>call(() -> {
            try (Slumber.Awake _ = live.supervisor().slumber().awake(List.of(service), "its backup is due")) {
                stacks.savings()
                        .create(
                                managed,
                                bound,
                                protection,
                                Protection.Saving.of(kind),
                                new LiveBench(live, service, new UpOperation.Unheard()));
                managed.decisions()
                        .add("", "took a " + kind.word() + " backup of " + service + " because its time had come");
            } catch (HoldfastException failed) {
                LOG.atWarn()
                        .setCause(failed)
                        .addKeyValue("stack", managed.name())
                        .addKeyValue("service", service)
                        .log("a backup that was due failed");
            }
            return null;
        });
    }

    /** The most that is due; a fuller backup counts for the others. Where there is none yet, its times count since it is asked for. */
    static Optional<Kind> due(
            List<Protection.Schedule> schedules,
            List<SavingMemory.Result> results,
            Map<Kind, Instant> asked,
            Instant now) {
        return schedules.stream()
                .sorted(Comparator.comparing(Protection.Schedule::kind))
                .filter(schedule -> isDue(schedule, results, asked.getOrDefault(schedule.kind(), now), now))
                .map(Protection.Schedule::kind)
                .findFirst();
    }

    private static boolean isDue(
            Protection.Schedule schedule, List<SavingMemory.Result> results, Instant asked, Instant now) {
        Optional<SavingMemory.Result> good = results.stream()
                .filter(result -> result.isGood() && result.kind().compareTo(schedule.kind()) <= 0)
                .max(Comparator.comparing(SavingMemory.Result::begun));
        Optional<SavingMemory.Result> bad = results.stream()
                .filter(result -> !result.isGood() && result.kind() == schedule.kind())
                .max(Comparator.comparing(SavingMemory.Result::ended));
        Instant since = good.map(SavingMemory.Result::begun).orElse(asked);
        boolean isTime =
                schedule.cron().next(since).filter(next -> !next.isAfter(now)).isPresent();
        return isTime
                && bad.filter(result -> result.ended().plus(RETRY).isAfter(now)).isEmpty();
    }

    /** When it is due next, for people. */
    static Optional<Instant> next(Protection.Schedule schedule, List<SavingMemory.Result> results, Instant now) {
        Instant since = results.stream()
                .filter(result -> result.isGood() && result.kind().compareTo(schedule.kind()) <= 0)
                .map(SavingMemory.Result::begun)
                .max(Comparator.naturalOrder())
                .orElse(now);
        return schedule.cron().next(since.isAfter(now) ? since : now);
    }
}
