package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Support;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads from a stack how its services sleep. */
record SleepPlans(Supervisor supervisor) {
    /** The service that it sleeps with. */
    String root(String service) {
        Service<?> found = supervisor.site().context().stack().services().get(service);
        return found == null ? service : found.parent().orElse(service);
    }

    SleepPlan plan(Service<?> service, Context context) {
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
}
