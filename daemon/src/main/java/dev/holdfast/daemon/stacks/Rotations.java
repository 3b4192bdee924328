package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.apply.Operation;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Rotation;
import dev.holdfast.engine.Rotation.Credential;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a rotation needs done around the engine, and the end of those whose grace has run out. */
final class Rotations {
    private static final Logger LOG = LoggerFactory.getLogger(Rotations.class);

    /** A grace is minutes; what it ends is not worth looking for more often. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Stacks stacks;

    Rotations(Stacks stacks) {
        this.stacks = stacks;
    }

    /** Brings members whose files name the login up to date; what else differs is left for an apply. */
    void follow(ManagedStack managed, List<String> members, Events events) throws InterruptedException {
        if (members.isEmpty()) {
            return;
        }
        ManagedStack.Live live = managed.orRefuse();
        Planned planned = new Planner(stacks.parts().register())
                .plan(
                        live.stack(),
                        managed.known().source(),
                        live.stack(),
                        live.supervisor().site().preview(live.stack()));
        List<Planned.Step> steps = planned.steps().stream()
                .filter(step -> step instanceof Planned.Step.OfMember of
                        && members.contains(of.workload().member().name())
                        && (of.isReload() || isBeside(live, of.workload())))
                .toList();
        if (steps.isEmpty()) {
            return;
        }
        Planned only = new Planned(planned.stack(), planned.source(), steps, List.of(), planned.unseen());
        BringUp bringUp = new BringUp(stacks, managed, events);
        if (new ApplyOperation(stacks).execute(managed, live, only, bringUp, events)
                instanceof ApplyOperation.Outcome.Stopped stopped) {
            throw new HoldfastException(stopped.problems());
        }
    }

    /** Only what stands beside a server is restarted for a password; the server itself never is. */
    private boolean isBeside(ManagedStack.Live live, Workload workload) {
        Service<?> service = live.stack().services().get(workload.member().service());
        return service == null
                || service.parent().isPresent()
                || !Bound.of(stacks.parts().register(), service).members().contains(workload.member());
    }

    /** How many sessions are left that came in with what is no longer good. */
    <S extends Record> int finish(
            ManagedStack managed, Bound<S> bound, Rotation<S> rotation, String role, Bench bench, Events events)
            throws InterruptedException {
        Rotation.Finished finished = rotation.finish(bound.service(), role, bench);
        follow(managed, finished.follow(), events);
        managed.decisions()
                .add(
                        "",
                        "took away the old password of " + role + " of "
                                + bound.service().name() + " because a new one took its place"
                                + (finished.left() == 0
                                        ? ""
                                        : "; " + finished.left() + " sessions that came in with it go on"));
        return finished.left();
    }

    /** What the password rules of the file find wrong, each a sentence. Asks nobody. */
    List<String> complaints(ManagedStack.Live live) {
        List<String> complaints = new ArrayList<>();
        for (Service<?> service : live.stack().services().values()) {
            complaints.addAll(complaints(Bound.of(stacks.parts().register(), service), live));
        }
        return complaints;
    }

    private static <S extends Record> List<String> complaints(Bound<S> bound, ManagedStack.Live live) {
        if (!(bound.engine().access() instanceof Support.Offered<Access<S>>(Access<S> access))
                || !(access.rotation() instanceof Support.Offered<Rotation<S>>(Rotation<S> rotation))) {
            return List.of();
        }
        String service = bound.service().name();
        return rotation.logins(bound.service(), live.supervisor().site().context()).stream()
                .flatMap(login -> login
                        .complaint()
                        .map(complaint -> "the password of " + login.role() + " of " + service + " " + complaint
                                + ": holdfast rotate " + service + " " + login.role())
                        .stream())
                .toList();
    }

    /** Ends what is due from now on, until the thread is interrupted. */
    Thread watch() {
        return Thread.ofVirtual().name("rotations").start(() -> {
            try {
                while (true) {
                    Thread.sleep(PAUSE);
                    tick();
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Ends what is due, everywhere. A stack that somebody works on is left for the next time. */
    private void tick() throws InterruptedException {
        for (ManagedStack managed : stacks.all()) {
            Optional<ManagedStack.Live> live = managed.live();
            if (live.isPresent()) {
                try {
                    for (Service<?> service : live.get().stack().services().values()) {
                        tick(managed, live.get(), Bound.of(stacks.parts().register(), service));
                    }
                } catch (RuntimeException unreadable) {
                    // also a mistake of ours: the passwords of all other stacks have their ends, too
                    LOG.atWarn()
                            .setCause(unreadable)
                            .addKeyValue("stack", managed.name())
                            .log("the ages of passwords cannot be read");
                }
            }
        }
    }

    private <S extends Record> void tick(ManagedStack managed, ManagedStack.Live live, Bound<S> bound)
            throws InterruptedException {
        if (!(bound.engine().access() instanceof Support.Offered<Access<S>>(Access<S> access))
                || !(access.rotation() instanceof Support.Offered<Rotation<S>>(Rotation<S> rotation))) {
            return;
        }
        Instant now = stacks.parts().clock().instant();
        Events events = new UpOperation.Unheard();
        Bench bench = new LiveBench(live, bound.service().name(), events);
        for (Credential login : rotation.logins(bound.service(), bench.context())) {
            boolean due = login.until().filter(until -> !until.isAfter(now)).isPresent();
            if (due) {
                end(managed, bound, rotation, login.role(), bench, events);
            }
        }
    }

    private <S extends Record> void end(
            ManagedStack managed, Bound<S> bound, Rotation<S> rotation, String role, Bench bench, Events events)
            throws InterruptedException {
        Optional<Lease.Held> held = managed.tryLease(Duration.ZERO);
        if (held.isEmpty()) {
            return;
        }
        String service = bound.service().name();
        try (Lease.Held _ = held.get();
                Slumber.Awake _ = managed.orRefuse()
                        .supervisor()
                        .slumber()
                        .awake(List.of(service), "an old password of it ends")) {
            new Operation("rotate", "holdfast", "grace")
                    .<Integer, InterruptedException>call(() -> finish(managed, bound, rotation, role, bench, events));
        } catch (HoldfastException refused) {
            LOG.atWarn()
                    .setCause(refused)
                    .addKeyValue("stack", managed.name())
                    .addKeyValue("role", role)
                    .log("an old password could not be taken away");
        }
    }
}
