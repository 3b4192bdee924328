package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Differences.Actual;
import dev.holdfast.targets.local.Differences.Desired;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** What a stack would have on this machine against what is here. It starts, stops and writes nothing. */
record Comparison(StackFolder folder, Enclosure enclosure, KeptPorts ports, Members members, Preparation preparation) {
    /** Everything that differs, in the order in which to do it; {@code unwanted} members come last. */
    List<Change> of(List<Workload> workloads, Stack stack, List<String> unwanted) {
        Problems problems = new Problems();
        workloads.forEach(workload -> preparation
                .requireSameVersion(workload, service(stack, workload))
                .ifPresent(problems::add));
        problems.throwIfAny();
        List<Change> changes = new ArrayList<>();
        workloads.forEach(workload -> changes.addAll(of(workload)));
        unwanted.forEach(member ->
                changes.add(Differences.unwanted(member, members.find(member).isPresent())));
        return List.copyOf(changes);
    }

    List<Change> of(Workload workload) {
        String member = workload.member().name();
        Facts facts = preparation.facts(workload);
        Desired desired = new Desired(
                workload.member().service(),
                member,
                facts,
                enclosure.version(workload.programs()),
                Preparation.command(workload),
                ports.of(member),
                workload.reload());
        Actual actual = new Actual(
                members.find(member),
                preparation.written(member),
                preparation.digests(facts, member),
                Files.exists(folder.volume(member)));
        return Differences.of(desired, actual);
    }

    static Service<?> service(Stack stack, Workload workload) {
        Service<?> service = stack.services().get(workload.member().service());
        if (service == null) {
            throw new HoldfastException(Problem.of(
                    Code.HF9001,
                    "member '" + workload.member().name() + "' belongs to the unknown service '"
                            + workload.member().service() + "'",
                    "Please report this: an engine gave its member a wrong service."));
        }
        return service;
    }
}
