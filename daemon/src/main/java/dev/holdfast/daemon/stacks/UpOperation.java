package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.apply.Operation;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Source;
import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From one file to a running stack. What it does to a stack that runs already is decision 0031. */
final class UpOperation {
    private static final Logger LOG = LoggerFactory.getLogger(UpOperation.class);

    private final Stacks stacks;

    UpOperation(Stacks stacks) {
        this.stacks = stacks;
    }

    void run(Sources.Wish wish, boolean newPorts, Events events) throws InterruptedException {
        Source written = Sources.now(wish, Optional.empty(), wish.name().orElse(""));
        Stack read =
                stacks.parts().reading().read(written.file().toString(), written.resolved(), written.environment());
        String name = wish.name().orElse(read.name());
        stacks.checkFiles(read);
        var _ = stacks.read(name, written, stacks.forFile(name).desired().flatMap(Desired::derived));
        events.send(EventJson.accepted(name));
        try (Stacks.Leased leased = stacks.leased(name, events)) {
            run(leased.managed(), written, newPorts, events);
        }
    }

    private void run(ManagedStack managed, Source written, boolean newPorts, Events events)
            throws InterruptedException {
        String name = managed.name();
        try (Decisions.Watch _ = managed.decisions().watch(decision -> events.send(EventJson.decision(decision)))) {
            BringUp bringUp = new BringUp(stacks, managed, events);
            Optional<Desired> desired = managed.desired();
            Stack stack = stacks.read(name, written, desired.flatMap(Desired::derived));
            if (desired.isEmpty() && stack.isDerived()) {
                throw Stacks.unknown(name);
            }
            if (desired.isPresent()) {
                checkBinding(managed, desired.get(), written, stack);
            }
            Optional<ManagedStack.Live> live = managed.live();
            if (live.isPresent()) {
                Slumber slumber = live.get().supervisor().slumber();
                Json result;
                try (Slumber.Awake _ = slumber.awakeToMend("'holdfast up' compares it with its file")) {
                    result = again(managed, live.get(), stack, written, newPorts, bringUp, events);
                }
                events.send(result);
            } else {
                events.send(fresh(managed, stack, written, newPorts, bringUp, events));
            }
        }
    }

    /** After the daemon's own death: adopts and starts, and ends what an interrupted operation had begun. */
    void takeUpAgain(ManagedStack managed, Desired desired) {
        ManagedStack.Live live = stacks.open(managed, stacks.read(managed.name(), desired), desired.source());
        live.supervisor().takeUpAgain();
        if (!desired.settled()) {
            Thread.ofVirtual().name("finish-" + managed.name()).start(() -> finish(managed, live));
        }
    }

    private void finish(ManagedStack managed, ManagedStack.Live live) {
        Operation operation = new Operation("finish", "holdfast", "up");
        operation.run(() -> {
            try (Lease.Held _ = managed.takeLease()) {
                BringUp bringUp = new BringUp(stacks, managed, new Unheard());
                bringUp.finish(live);
                settle(managed);
                managed.decisions()
                        .add(
                                "",
                                "finished the interrupted start of " + managed.name()
                                        + " because the daemon had ended under it");
            } catch (HoldfastException problem) {
                LOG.atWarn()
                        .setCause(problem)
                        .addKeyValue("stack", managed.name())
                        .log("an interrupted start could not be finished");
                managed.decisions()
                        .add(
                                "",
                                "left the interrupted start of " + managed.name() + " unfinished because "
                                        + problem.problems().getFirst().cause());
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private Json fresh(
            ManagedStack managed, Stack stack, Source source, boolean newPorts, BringUp bringUp, Events events)
            throws InterruptedException {
        boolean isNew = !Files.exists(managed.folder());
        ManagedStack.Live live =
                newPorts ? stacks.openElsewhere(managed, stack, source) : stacks.open(managed, stack, source);
        try {
            if (stack.isDerived()) {
                Places places = stacks.parts().places();
                places.volumes().holding(places.stack(managed.name())).requireSpare();
            }
            bringUp.fetch(live.stack(), live.supervisor().workloads());
            managed.want(true, false, source);
            live.supervisor().up(true);
            bringUp.finish(live);
            if (events.isGone()) {
                throw BringUp.gone();
            }
            settle(managed);
            return EventJson.done(managed.name())
                    .put("outcome", "started")
                    .put("millis", bringUp.millis())
                    .put("changes", Json.array(List.of()))
                    .put("status", new StatusReport(stacks).asJustSeen(managed))
                    .build();
        } catch (HoldfastException | InterruptedException failed) {
            if (events.isGone()) {
                takeBack(managed, live, source);
            } else if (managed.desired().filter(Desired::up).isEmpty()) {
                // nothing was started: the programs could not be fetched
                live.supervisor().close();
                managed.ended();
                if (isNew) {
                    stacks.forget(managed);
                }
            }
            throw failed;
        }
    }

    /** The client has gone, so nobody waits for this stack: what this up started is stopped, its data stays. */
    private void takeBack(ManagedStack managed, ManagedStack.Live live, Source source) {
        live.supervisor().stopAll("the client of 'holdfast up' went away before the stack was ready");
        managed.want(false, true, source);
        live.supervisor().close();
        managed.ended();
    }

    private Json again(
            ManagedStack managed,
            ManagedStack.Live live,
            Stack wanted,
            Source written,
            boolean newPorts,
            BringUp bringUp,
            Events events)
            throws InterruptedException {
        // the file may be as it was and want more programs than it did: this Holdfast may be newer than its start
        bringUp.fetch(live.stack(), live.supervisor().workloads());
        Desired desired = managed.known();
        boolean moved =
                newPorts && !Stacks.reassign(managed, live.supervisor().site()).isEmpty();
        boolean same = !moved
                && desired.source().resolved().equals(written.resolved())
                && desired.source().environment().equals(written.environment());
        List<Change> changes = List.of();
        String outcome = "unchanged";
        if (!same) {
            Planned planned = new Planner(stacks.parts().register())
                    .plan(
                            wanted,
                            written,
                            live.stack(),
                            live.supervisor().site().preview(wanted));
            changes = planned.changes();
            // who asked for new ports asked for what follows from them: those that name the old ones are restarted
            Change.Risk allowed = moved ? Change.Risk.RESTART : Change.Risk.RELOAD;
            if (planned.worst().compareTo(allowed) > 0) {
                return pending(managed, live, changes, bringUp);
            }
            if (new ApplyOperation(stacks).execute(managed, live, planned, bringUp, events)
                    instanceof ApplyOperation.Outcome.Stopped stopped) {
                throw new HoldfastException(stopped.problems());
            }
            outcome = changes.isEmpty() ? "unchanged" : "changed";
        } else if (!desired.source().file().equals(written.file())) {
            managed.want(true, desired.settled(), written);
            managed.decisions()
                    .add("", "bound " + managed.name() + " to " + written.file() + " because its file was moved there");
        }
        ManagedStack.Live now = managed.orRefuse();
        now.supervisor().up(true);
        bringUp.finish(now);
        settle(managed);
        return EventJson.done(managed.name())
                .put("outcome", outcome)
                .put("millis", bringUp.millis())
                .put("changes", EventJson.changes(changes))
                .put("status", new StatusReport(stacks).asJustSeen(managed))
                .build();
    }

    /** What runs is kept running as it is, and only what had failed is tried again. */
    private Json pending(ManagedStack managed, ManagedStack.Live live, List<Change> changes, BringUp bringUp)
            throws InterruptedException {
        managed.decisions()
                .add(
                        "",
                        "changed nothing of " + managed.name()
                                + " because a step of the plan would restart something or lose data");
        live.supervisor().up(true);
        bringUp.finish(live);
        return EventJson.done(managed.name())
                .put("outcome", "pending")
                .put("millis", bringUp.millis())
                .put("changes", EventJson.changes(changes))
                .put("status", new StatusReport(stacks).asJustSeen(managed))
                .build();
    }

    private void checkBinding(ManagedStack managed, Desired desired, Source written, Stack wanted) {
        Stack before =
                managed.live().map(ManagedStack.Live::stack).orElseGet(() -> stacks.read(managed.name(), desired));
        Sources.checkBinding(managed.name(), desired.source(), before, written, wanted);
    }

    private static void settle(ManagedStack managed) {
        Desired desired = managed.known();
        if (!desired.settled()) {
            desired.wanting(true, true).write(managed.folder());
        }
    }

    /** Events of an operation that no client watches. */
    static final class Unheard implements Events {
        private final CompletableFuture<Void> never = new CompletableFuture<>();

        @Override
        public void send(Json event) {
            LOG.atDebug().addKeyValue("event", event.compact()).log("nobody watches");
        }

        @Override
        public CompletableFuture<Void> gone() {
            return never;
        }
    }

    /** The problems of a stack as a whole that a status should tell. */
    static List<Problem> problems(ManagedStack managed, Desired desired) {
        return Sources.state(desired.source()).equals("missing")
                ? List.of(Sources.missing(managed.name(), desired.source().file()))
                : List.of();
    }
}
