package dev.holdfast.cli.commands;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Register;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Imagined;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The programs a stack needs, asked of its engines before the stack is anywhere. */
final class StackPrograms {
    private StackPrograms() {}

    static List<Programs> of(Stack stack, Register register) {
        Set<Programs> programs = new LinkedHashSet<>();
        for (Workload workload : new Imagined(stack, register).workloads()) {
            programs.add(workload.programs());
        }
        return List.copyOf(programs);
    }
}
