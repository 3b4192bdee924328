package dev.holdfast.target;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Reference;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The whole of a stack put together from its services: the members first (so that a target can give out addresses), then
 * the workloads. Pure but for what the context answers.
 */
public record Assembly(Stack stack, Register register) {

    public List<Bound<?>> services() {
        List<Bound<?>> bound = new ArrayList<>();
        for (Service<?> service : stack.services().values()) {
            bound.add(Bound.of(register, service));
        }
        return List.copyOf(bound);
    }

    /** Every member, exporters included where a service collects metrics, in the order of the services' names. */
    public List<Member> members() {
        List<Member> members = new ArrayList<>();
        for (Bound<?> bound : services()) {
            members.addAll(bound.members());
            if (collects()) {
                members.addAll(exporters(bound));
            }
        }
        return List.copyOf(members);
    }

    public List<Workload> workloads(Context context) {
        List<Workload> workloads = new ArrayList<>();
        for (Bound<?> bound : services()) {
            workloads.addAll(bound.workloads(context));
            if (collects()) {
                workloads.addAll(exporterWorkloads(bound, context));
            }
        }
        return List.copyOf(workloads);
    }

    /** What {@link Context#bucket} answers. */
    public ObjectStore.Bucket bucket(Reference reference, Context context) {
        Service<?> service = stack.services().get(reference.service());
        if (service == null) {
            throw new HoldfastException(Problem.of(
                    Code.HF1103,
                    "'" + reference + "' names a service that stack '" + stack.name() + "' does not have",
                    "Name a bucket of a service of this stack."));
        }
        return bucket(Bound.of(register, service), reference.thing(), context);
    }

    private static <S extends Record> ObjectStore.Bucket bucket(Bound<S> bound, String name, Context context) {
        return bound.engine().objects().orRefuse().bucket(bound.service(), name, context);
    }

    public List<Scrape> scrapes() {
        List<Scrape> scrapes = new ArrayList<>();
        for (Bound<?> bound : services()) {
            scrapes.addAll(scrapesOf(bound));
        }
        return List.copyOf(scrapes);
    }

    public List<AlertRules> alerts() {
        List<AlertRules> alerts = new ArrayList<>();
        for (Bound<?> bound : services()) {
            alerts.addAll(alertsOf(bound));
        }
        return List.copyOf(alerts);
    }

    /** Whether any service of the stack collects metrics, and so whether exporters are worth running. */
    public boolean collects() {
        return services().stream().anyMatch(bound -> bound.engine().collectsMetrics());
    }

    private static <S extends Record> Optional<Observation<S>> observation(Bound<S> bound) {
        return bound.engine().observation() instanceof Support.Offered<Observation<S>>(Observation<S> facet)
                ? Optional.of(facet)
                : Optional.empty();
    }

    private static <S extends Record> List<Member> exporters(Bound<S> bound) {
        return observation(bound).map(o -> o.exporters(bound.service())).orElse(List.of());
    }

    private static <S extends Record> List<Workload> exporterWorkloads(Bound<S> bound, Context context) {
        return observation(bound)
                .map(o -> o.exporterWorkloads(bound.service(), context))
                .orElse(List.of());
    }

    private static <S extends Record> List<Scrape> scrapesOf(Bound<S> bound) {
        return observation(bound).map(o -> o.scrapes(bound.service())).orElse(List.of());
    }

    private static <S extends Record> List<AlertRules> alertsOf(Bound<S> bound) {
        return observation(bound).map(o -> o.alerts(bound.service())).orElse(List.of());
    }
}
