package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Tasks;
import dev.holdfast.apply.Visit;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Register;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Imagined;
import dev.holdfast.targets.local.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** Says what differs between a stack as it is wanted and this machine. Changes nothing. */
final class Planner {
    private static final Duration OBSERVATION = Duration.ofSeconds(30);

    private final Register register;

    Planner(Register register) {
        this.register = register;
    }

    /**
     * @param before the stack as it was applied last; a service that it does not have is new
     * @param here the site, seen with the wanted stack
     */
    Planned plan(Stack wanted, Source source, Stack before, Site here) throws InterruptedException {
        List<Planned.Step> outside = outside(here);
        List<Planned.Step> steps = new ArrayList<>(outside);
        steps.removeIf(step -> step instanceof Planned.Step.Gone || followsInside(step, wanted));
        List<String> notes = new ArrayList<>(here.notes());
        List<Callable<Compared>> questions = new ArrayList<>();
        for (Service<?> service : wanted.services().values()) {
            // what somebody else runs is there already, and nothing but asking tells what is in it
            boolean isNew = !before.services().containsKey(service.name()) && !Elsewhere.is(service);
            boolean runs = runs(service, here);
            notes.addAll(Bound.of(register, service).notes());
            questions.add(() -> Visit.call(() -> inside(service, isNew, runs, here.context())));
        }
        List<String> unseen = new ArrayList<>();
        for (Compared compared : answers(questions, wanted)) {
            steps.addAll(compared.steps());
            notes.addAll(compared.notes());
            unseen.addAll(compared.unseen());
        }
        outside.stream().filter(step -> followsInside(step, wanted)).forEach(steps::add);
        // what a member holds may have to be moved to others before it goes
        outside.stream().filter(Planned.Step.Gone.class::isInstance).forEach(steps::add);
        return new Planned(wanted, source, steps, notes, unseen);
    }

    /** All of a stack that nobody has made yet. Asks nobody and gives out nothing. */
    Planned planFromNothing(Stack wanted, Source source) {
        Imagined imagined = new Imagined(wanted, register);
        List<Planned.Step> steps = new ArrayList<>();
        List<String> notes = new ArrayList<>(imagined.notes());
        List<String> unseen = new ArrayList<>();
        for (Workload workload : imagined.workloads()) {
            steps.add(new Planned.Step.OfMember(workload, List.of(Imagined.start(workload))));
        }
        for (Service<?> service : wanted.services().values()) {
            notes.addAll(Bound.of(register, service).notes());
            Compared compared = inside(service, !Elsewhere.is(service), true, imagined);
            steps.addAll(compared.steps());
            notes.addAll(compared.notes());
            unseen.addAll(compared.unseen());
        }
        return new Planned(wanted, source, steps, notes, unseen);
    }

    /** A companion or an exporter may log in with a role that is made inside the service it belongs to. */
    private boolean followsInside(Planned.Step step, Stack wanted) {
        if (!(step instanceof Planned.Step.OfMember of)) {
            return false;
        }
        Service<?> service = wanted.services().get(of.workload().member().service());
        return service != null
                && (service.parent().isPresent()
                        || !Bound.of(register, service)
                                .members()
                                .contains(of.workload().member()));
    }

    private record Compared(List<Planned.Step> steps, List<String> notes, List<String> unseen) {}

    private static List<Compared> answers(List<Callable<Compared>> questions, Stack wanted)
            throws InterruptedException {
        try {
            return Tasks.all(questions, OBSERVATION);
        } catch (TimeoutException late) {
            return List.of(new Compared(
                    List.of(),
                    List.of("What is inside the engines was not compared, because they did not answer within "
                            + OBSERVATION.toSeconds() + " s."),
                    List.copyOf(wanted.services().keySet())));
        }
    }

    /** The differences of files and processes, by member, in the order in which the place gives them. */
    private static List<Planned.Step> outside(Site here) {
        Map<String, List<Change>> byMember = new LinkedHashMap<>();
        Map<String, Workload> workloads = new LinkedHashMap<>();
        for (Workload workload : here.workloads()) {
            workloads.put(workload.member().name(), workload);
        }
        for (Change change : here.differences()) {
            byMember.computeIfAbsent(member(change, workloads), member -> new ArrayList<>())
                    .add(change);
        }
        List<Planned.Step> steps = new ArrayList<>();
        byMember.forEach((member, changes) -> {
            Workload workload = workloads.get(member);
            steps.add(
                    workload == null
                            ? new Planned.Step.Gone(member, List.copyOf(changes))
                            : new Planned.Step.OfMember(workload, List.copyOf(changes)));
        });
        return steps;
    }

    private static String member(Change change, Map<String, Workload> workloads) {
        for (Map.Entry<String, Workload> each : workloads.entrySet()) {
            String prefix = each.getValue().member().service() + "/" + each.getKey();
            if (change.where().equals(prefix) || change.where().startsWith(prefix + "/")) {
                return each.getKey();
            }
        }
        int slash = change.where().indexOf('/');
        return slash < 0 ? change.where() : change.where().substring(0, slash);
    }

    private Compared inside(Service<?> service, boolean isNew, boolean runs, Context here) {
        if (!isNew && !runs) {
            return new Compared(
                    List.of(),
                    List.of("What is inside " + service.name() + " was not compared, because it does not run."),
                    List.of(service.name()));
        }
        try {
            List<Facets.Inside> found =
                    isNew ? Facets.fromNothing(register, service, here) : Facets.observed(register, service, here);
            return new Compared(
                    found.stream()
                            .<Planned.Step>map(one -> new Planned.Step.Inside(service.name(), one.change()))
                            .toList(),
                    isNew ? List.of() : Facets.notes(register, service, here),
                    List.of());
        } catch (HoldfastException unanswered) {
            return new Compared(
                    List.of(),
                    List.of("What is inside " + service.name() + " was not compared, because "
                            + unanswered.problems().getFirst().cause() + "."),
                    List.of(service.name()));
        }
    }

    private static boolean runs(Service<?> service, Site here) {
        return here.workloads().stream()
                .filter(workload -> workload.member().service().equals(service.name()))
                .allMatch(workload -> here.find(workload.member().name()).isPresent());
    }
}
