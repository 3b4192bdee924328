package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Puts those that are needed before those that need them; otherwise keeps the order. */
final class Order {
    private Order() {}

    static List<Workload> byNeeds(List<Workload> workloads) {
        List<Workload> ordered = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        workloads.forEach(workload -> visit(workload, workloads, seen, ordered));
        return List.copyOf(ordered);
    }

    /** A circle of needs ends where it began: its members start in the order of their names, each waiting for none. */
    private static void visit(Workload workload, List<Workload> all, Set<String> seen, List<Workload> ordered) {
        if (!seen.add(workload.member().name())) {
            return;
        }
        for (Workload other : all) {
            boolean needed = workload.needs().contains(other.member().name())
                    || workload.needs().contains(other.member().service());
            if (needed) {
                visit(other, all, seen, ordered);
            }
        }
        ordered.add(workload);
    }
}
