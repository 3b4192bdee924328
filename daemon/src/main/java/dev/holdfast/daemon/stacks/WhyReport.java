package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.supervise.Decision;
import dev.holdfast.daemon.supervise.LogTail;
import dev.holdfast.daemon.supervise.MemberState;
import dev.holdfast.daemon.supervise.Supervisor;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Health;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Why a service is as it is: its state now, what was decided about it, what its log says, and what to do. */
final class WhyReport {
    private static final int DECISIONS = 20;
    private static final int CHANGES = 40;
    private static final int EVIDENCE = 5;

    private final Stacks stacks;

    WhyReport(Stacks stacks) {
        this.stacks = stacks;
    }

    Json of(String name, String service) {
        ManagedStack managed = stacks.find(name);
        Optional<ManagedStack.Live> live = managed.live();
        if (live.isEmpty()) {
            Desired desired = managed.known();
            Map<String, Service<?>> services = stacks.read(name, desired).services();
            boolean isMember = services.values().stream()
                    .flatMap(one -> Bound.of(stacks.parts().register(), one).members().stream())
                    .anyMatch(member -> member.name().equals(service));
            requireService(services.containsKey(service) || isMember, name, service);
            return report(
                    name,
                    service,
                    false,
                    service + " does not run because the stack is " + (desired.up() ? "not taken up" : "down"),
                    decisions(managed, List.of()),
                    changes(managed, service),
                    List.of(),
                    "Start it with 'holdfast up'.");
        }
        boolean isMember = live.get().supervisor().workloads().stream()
                .anyMatch(workload -> workload.member().name().equals(service));
        requireService(live.get().stack().services().containsKey(service) || isMember, name, service);
        return running(managed, live.get(), service);
    }

    private Json running(ManagedStack managed, ManagedStack.Live live, String service) {
        Supervisor supervisor = live.supervisor();
        SortedMap<String, Health> healths = supervisor.probeAll();
        List<String> members = new ArrayList<>();
        List<Json> evidence = new ArrayList<>();
        List<String> sentences = new ArrayList<>();
        Optional<String> next = Optional.empty();
        for (Workload workload : supervisor.workloads()) {
            String member = workload.member().name();
            if (!member.equals(service)
                    && !workload.member().service().equals(service)
                    && !Ownership.owner(live.stack(), workload).equals(service)) {
                continue;
            }
            members.add(member);
            MemberState state = supervisor.board().get(member);
            Health health = healths.getOrDefault(member, state.health());
            if (!(health instanceof Health.Ready)) {
                sentences.add(member + " (" + state.phase().word() + ") is not ready because " + health.because());
                next = next.or(health::advice);
                evidence.add(Json.object()
                        .put("member", member)
                        .put(
                                "lines",
                                Json.texts(LogTail.telling(supervisor.site().log(member), EVIDENCE)))
                        .build());
            }
        }
        for (Map.Entry<String, Health> outside : Outside.ask(live).entrySet()) {
            if (outside.getKey().equals(service)) {
                Health health = outside.getValue();
                if (!(health instanceof Health.Ready)) {
                    sentences.addFirst(health.because());
                    next = health.advice();
                } else {
                    healths.put(service, health);
                }
            }
        }
        boolean ready = sentences.isEmpty();
        String because = Optional.ofNullable(healths.get(service))
                .map(Health::because)
                .or(() -> members.stream()
                        .findFirst()
                        .map(member -> healths.getOrDefault(
                                        member, supervisor.board().get(member).health())
                                .because()))
                .orElse("it has no members");
        return report(
                managed.name(),
                service,
                ready,
                ready
                        ? service + " is ready because " + because + sized(live, service)
                        : service + " is not ready: " + String.join("; ", sentences),
                decisions(managed, members),
                changes(managed, service),
                evidence,
                next.orElse("Nothing is to be done."));
    }

    /** How large it is now, for a service that moves. */
    private String sized(ManagedStack.Live live, String service) {
        return Optional.<Service<?>>ofNullable(live.stack().services().get(service))
                .flatMap(found -> stacks.computing().sentence(live.stack().name(), found))
                .map(sentence -> "; " + sentence)
                .orElse("");
    }

    /** What was made or changed inside the service, as the journal tells it; a member has no such things of its own. */
    private static List<Json> changes(ManagedStack managed, String service) {
        List<Json> about = managed.journal().entries().stream()
                .filter(entry ->
                        entry.textAt("kind").filter("change-done"::equals).isPresent())
                .filter(entry -> entry.textAt("where")
                        .filter(where -> where.equals(service) || where.startsWith(service + "/"))
                        .isPresent())
                .toList();
        List<Json> items = new ArrayList<>();
        for (Json entry : about.subList(Math.max(0, about.size() - CHANGES), about.size())) {
            items.add(Json.object()
                    .put("at", entry.textAt("at").orElse(""))
                    .put("where", entry.textAt("where").orElse(""))
                    .put("summary", entry.textAt("summary").orElse(""))
                    .build());
        }
        return items;
    }

    /** Those about the members, and those about the whole stack. */
    private static List<Json> decisions(ManagedStack managed, List<String> members) {
        List<Decision> about = managed.decisions().recent().stream()
                .filter(decision -> decision.member().isEmpty() || members.contains(decision.member()))
                .toList();
        List<Json> items = new ArrayList<>();
        for (Decision decision : about.subList(Math.max(0, about.size() - DECISIONS), about.size())) {
            items.add(Json.object()
                    .put("at", decision.at().toString())
                    .put("member", decision.member().isEmpty() ? Optional.empty() : Optional.of(decision.member()))
                    .put("text", decision.text())
                    .build());
        }
        return items;
    }

    private static Json report(
            String stack,
            String service,
            boolean ready,
            String state,
            List<Json> decisions,
            List<Json> changes,
            List<Json> evidence,
            String next) {
        return Json.object()
                .put("stack", stack)
                .put("service", service)
                .put("ready", ready)
                .put("state", state)
                .put("decisions", Json.array(decisions))
                .put("changes", Json.array(changes))
                .put("evidence", Json.array(evidence))
                .put("next", next)
                .build();
    }

    private static void requireService(boolean isThere, String stack, String service) {
        if (!isThere) {
            throw noService(stack, service);
        }
    }

    static HoldfastException noService(String stack, String service) {
        return new HoldfastException(Problem.of(
                Code.HF3206,
                "stack '" + stack + "' has no service or member '" + service + "'",
                "See 'holdfast status' for its services and members."));
    }
}
