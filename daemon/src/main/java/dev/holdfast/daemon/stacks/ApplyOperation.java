package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Journal;
import dev.holdfast.apply.Lease;
import dev.holdfast.apply.Visit;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Source;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Plan, and doing exactly what the plan says. */
final class ApplyOperation {
    private final Stacks stacks;

    ApplyOperation(Stacks stacks) {
        this.stacks = stacks;
    }

    Json plan(String name, Sources.Wish wish) throws InterruptedException {
        ManagedStack managed = stacks.find(name);
        return json(managed, planned(managed, wish), true);
    }

    /** The plan of a file, whether its stack is known here or not. Of one that is not, everything is to be made. */
    Json plan(Sources.Wish wish) throws InterruptedException {
        Source written = Sources.now(wish, Optional.empty(), wish.name().orElse(""));
        String name = wish.name()
                .orElseGet(() -> stacks.parts()
                        .reading()
                        .read(written.file().toString(), written.resolved(), written.environment())
                        .name());
        ManagedStack managed = stacks.forFile(name);
        return managed.desired().isPresent()
                ? json(managed, planned(managed, wish), true)
                : json(managed, planFromNothing(name, written), false);
    }

    private Planned planFromNothing(String name, Source written) {
        Stack stack = stacks.read(name, written, Optional.empty());
        stacks.checkFiles(stack);
        return new Planner(stacks.parts().register()).planFromNothing(stack, written);
    }

    private static Json json(ManagedStack managed, Planned planned, boolean isKnown) {
        return Json.object()
                .put("stack", managed.name())
                .put("known", isKnown)
                .put("changes", EventJson.changes(planned.changes()))
                .put("notes", Json.texts(planned.notes()))
                .put("unseen", Json.texts(planned.unseen()))
                .put(
                        "interrupted",
                        managed.journal()
                                .interrupted()
                                .<Json>map(open -> Json.object()
                                        .put("operation", open.operation())
                                        .put("done", open.done())
                                        .put("where", open.where())
                                        .build())
                                .orElseGet(Json.Null::new))
                .build();
    }

    void apply(String name, Sources.Wish wish, Set<String> approved, Events events) throws InterruptedException {
        ManagedStack managed = stacks.find(name);
        events.send(EventJson.accepted(name));
        try (Lease.Held _ = managed.waitForLease(events);
                Decisions.Watch _ = managed.decisions().watch(decision -> events.send(EventJson.decision(decision)))) {
            ManagedStack.Live live = managed.orRefuse();
            Optional<Journal.Interrupted> interrupted = managed.journal().interrupted();
            interrupted.ifPresent(open -> managed.decisions().add("", resumed(open)));
            Json result;
            try (Slumber.Awake _ = live.supervisor().slumber().awakeToMend("'holdfast apply' works on it")) {
                Planned planned = planned(managed, wish);
                requireApproval(name, planned, approved);
                BringUp bringUp = new BringUp(stacks, managed, events);
                result = switch (execute(managed, live, planned, bringUp, events)) {
                    case Outcome.Done(List<Change> done) ->
                        EventJson.done(name)
                                .put("applied", done.size())
                                .put("changes", EventJson.changes(done))
                                .put("resumed", interrupted.isPresent())
                                .build();
                    case Outcome.Stopped(List<Problem> problems, List<Change> done, List<Change> remaining) ->
                        EventJson.failed(problems)
                                .put("done", done.size())
                                .put("changes", EventJson.changes(done))
                                .put("remaining", EventJson.changes(remaining))
                                .build();
                };
            }
            // the last of all events: what slept sleeps again, which is told before
            events.send(result);
        }
    }

    /** How far an apply came. */
    sealed interface Outcome {
        record Done(List<Change> changes) implements Outcome {}

        record Stopped(List<Problem> problems, List<Change> done, List<Change> remaining) implements Outcome {}
    }

    /** Does the steps of the plan in order. The caller holds the lease. */
    Outcome execute(ManagedStack managed, ManagedStack.Live before, Planned planned, BringUp bringUp, Events events)
            throws InterruptedException {
        Desired desired = managed.known();
        if (planned.steps().isEmpty()) {
            closeInterrupted(managed);
            if (!desired.source().equals(planned.source()) || !desired.settled()) {
                bringUp.fetch(planned.stack(), List.of());
                become(managed, before, planned, true);
            }
            return new Outcome.Done(List.of());
        }
        bringUp.fetch(
                planned.stack(),
                before.supervisor().site().preview(planned.stack()).workloads());
        ManagedStack.Live live = become(managed, before, planned, false);
        managed.journal().applyBegun(planned.changes().size());
        Progress progress = new Progress(managed, planned, events);
        try {
            for (Planned.Step step : planned.steps()) {
                if (events.isGone()) {
                    throw BringUp.gone();
                }
                progress.step(step, () -> doStep(live, step, bringUp));
            }
            managed.journal().applyDone(progress.done.size());
            managed.known().wanting(true, true).write(managed.folder());
            return new Outcome.Done(List.copyOf(progress.done));
        } catch (HoldfastException failed) {
            return stopped(failed.problems(), progress);
        }
    }

    private void doStep(ManagedStack.Live live, Planned.Step step, BringUp bringUp) throws InterruptedException {
        switch (step) {
            case Planned.Step.OfMember member -> {
                boolean runs = live.supervisor()
                        .site()
                        .find(member.workload().member().name())
                        .isPresent();
                live.supervisor().take(member.workload(), runs && member.isReload());
                bringUp.awaitReady(live, member.workload());
            }
            case Planned.Step.Gone(String member, List<Change> changes) -> {
                live.supervisor().dismiss(member, "no service of the stack has it any more");
                live.supervisor().site().remove(member, loses(changes));
            }
            case Planned.Step.Inside(String service, Change change) ->
                Visit.call(() -> inside(live, service, change, bringUp));
        }
    }

    private static boolean loses(List<Change> changes) {
        return changes.stream().anyMatch(change -> change.risk() == Change.Risk.DATA);
    }

    /** Asks anew, because an earlier step may have made it already, and does it where it is still to be done. */
    private boolean inside(ManagedStack.Live live, String name, Change change, BringUp bringUp)
            throws InterruptedException {
        Service<?> service = live.stack().services().get(name);
        if (service == null) {
            return false;
        }
        List<Facets.Inside> open = Facets.observed(
                stacks.parts().register(), service, live.supervisor().site().context());
        for (Facets.Inside inside : open) {
            boolean same = inside.change().where().equals(change.where())
                    && inside.change().risk().compareTo(change.risk()) <= 0;
            if (same && (inside.change().summary().equals(change.summary()) || isAlone(open, change))) {
                inside.work().apply(bringUp.bench(live, name));
                return true;
            }
        }
        return false;
    }

    private static boolean isAlone(List<Facets.Inside> open, Change change) {
        return open.stream()
                        .filter(inside -> inside.change().where().equals(change.where()))
                        .count()
                == 1;
    }

    /** From here on the new file is what is wanted, whatever becomes of this process. */
    private ManagedStack.Live become(ManagedStack managed, ManagedStack.Live before, Planned planned, boolean settled) {
        managed.want(true, settled, planned.source());
        Site next = before.supervisor().site().become(planned.stack(), planned.source());
        before.supervisor().move(next);
        ManagedStack.Live live = new ManagedStack.Live(planned.stack(), before.supervisor());
        managed.live(live);
        return live;
    }

    private Planned planned(ManagedStack managed, Sources.Wish wish) throws InterruptedException {
        Desired desired = managed.known();
        Source source = Sources.now(wish, Optional.of(desired.source()), managed.name());
        Stack wanted = stacks.read(managed.name(), source, desired.derived());
        stacks.checkFiles(wanted);
        Planner planner = new Planner(stacks.parts().register());
        Optional<ManagedStack.Live> live = managed.live();
        if (live.isPresent()) {
            Sources.checkBinding(managed.name(), desired.source(), live.get().stack(), source, wanted);
            Slumber slumber = live.get().supervisor().slumber();
            try (Slumber.Awake _ = slumber.awakeToMend("a plan compares it with its file")) {
                return planner.plan(
                        wanted,
                        source,
                        live.get().stack(),
                        live.get().supervisor().site().preview(wanted));
            }
        }
        Stack before = stacks.read(managed.name(), desired);
        try (Lease.Held _ = managed.takeLease();
                Site site = stacks.parts().places().open(before, desired.source())) {
            return planner.plan(wanted, source, before, site.preview(wanted));
        }
    }

    /** Each refusal names the one command that does the whole plan, so that it need not be put together. */
    private static void requireApproval(String stack, Planned planned, Set<String> approved) {
        String words = planned.changes().stream()
                .flatMap(change -> change.approval().stream())
                .distinct()
                .map(word -> " --approve '" + word + "'")
                .collect(Collectors.joining());
        List<Problem> refused = new ArrayList<>();
        for (Change change : planned.changes()) {
            change.approval()
                    .filter(word -> !approved.contains(word))
                    .ifPresent(word -> refused.add(Problem.of(
                            Code.HF4001,
                            change.where() + ": '" + change.summary() + "' loses data and was not approved",
                            "If all of that is meant, run: holdfast apply --stack " + stack + " --yes" + words)));
        }
        if (!refused.isEmpty()) {
            throw new HoldfastException(refused);
        }
    }

    private static String resumed(Journal.Interrupted open) {
        return "goes on with the apply " + open.operation() + ", which had done " + open.done() + " of its changes"
                + open.where().map(where -> " and was at " + where).orElse("")
                + ", because it was interrupted; what is already there is not done again";
    }

    /** An apply was killed after its last change: that is now its end. */
    private static void closeInterrupted(ManagedStack managed) {
        managed.journal().interrupted().ifPresent(open -> managed.journal().applyDone(open.done()));
    }

    private static Outcome stopped(List<Problem> causes, Progress progress) {
        Set<Change> made = new HashSet<>(progress.done);
        List<Change> remaining = progress.planned.changes().stream()
                .filter(change -> !made.contains(change))
                .toList();
        Set<String> where = new TreeSet<>();
        remaining.forEach(change -> where.add(change.where()));
        List<Problem> problems = new ArrayList<>(causes);
        problems.add(Problem.of(
                Code.HF4004,
                made.size() + " of " + (made.size() + remaining.size())
                        + " changes were made, then the apply stopped; these remain: " + String.join(", ", where),
                "Remove the cause above, then run 'holdfast apply' again: it does what remains."));
        return new Outcome.Stopped(problems, List.copyOf(progress.done), remaining);
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    /** What has been done, as it is journaled and told. */
    private static final class Progress {
        private final ManagedStack managed;
        private final Planned planned;
        private final Events events;
        private final List<Change> done = new ArrayList<>();

        Progress(ManagedStack managed, Planned planned, Events events) {
            this.managed = managed;
            this.planned = planned;
            this.events = events;
        }

        void step(Planned.Step step, Work work) throws InterruptedException {
            for (Change change : step.changes()) {
                managed.journal().changeBegun(change);
                events.send(EventJson.step(change, "begun"));
            }
            try {
                work.run();
            } catch (HoldfastException failed) {
                Change at = step.changes().getFirst();
                managed.journal().changeFailed(at, failed.problems().getFirst().cause());
                throw failed;
            }
            for (Change change : step.changes()) {
                managed.journal().changeDone(change);
                events.send(EventJson.step(change, "done"));
                done.add(change);
            }
        }
    }
}
