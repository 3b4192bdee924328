package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.Events;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Masking;
import dev.holdfast.engine.Masking.Column;
import dev.holdfast.engine.Masking.Masked;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The masking of whole stacks: what every copy goes through before anybody is let into it. */
final class Maskings {
    private Maskings() {}

    /** Whether any service of the stack has rules. */
    static boolean areDeclared(Register register, Stack stack) {
        return stack.services().values().stream().anyMatch(service -> isDeclared(Bound.of(register, service)));
    }

    /**
     * Masks the services of a derived stack that have rules; those of their members that the engine itself asks for must serve.
     * Nothing is done where there are no rules. Whoever calls removes the stack where it throws: old values are still in it.
     */
    static Map<String, Masked> mask(Register register, ManagedStack.Live live, Events events)
            throws InterruptedException {
        Map<String, Masked> done = new LinkedHashMap<>();
        for (Service<?> service : live.stack().services().values()) {
            Optional<Masked> masked = mask(Bound.of(register, service), live, events);
            masked.ifPresent(found -> done.put(service.name(), found));
        }
        return done;
    }

    /** Throws all that keeps the rules of these services from being followed, seen on a server that runs. */
    static void require(Register register, ManagedStack.Live live, Iterable<? extends Service<?>> services) {
        List<Problem> problems = new ArrayList<>();
        for (Service<?> service : services) {
            problems.addAll(problems(Bound.of(register, service), live));
        }
        if (!problems.isEmpty()) {
            throw new HoldfastException(problems);
        }
    }

    private static <S extends Record> List<Problem> problems(Bound<S> bound, ManagedStack.Live live) {
        return offered(bound)
                .filter(masking -> masking.isDeclared(bound.service()))
                .map(masking -> masking.problems(
                        bound.service(), live.supervisor().site().context()))
                .orElse(List.of());
    }

    static <S extends Record> boolean isDeclared(Bound<S> bound) {
        return offered(bound)
                .filter(masking -> masking.isDeclared(bound.service()))
                .isPresent();
    }

    private static <S extends Record> Optional<Masked> mask(Bound<S> bound, ManagedStack.Live live, Events events)
            throws InterruptedException {
        Optional<Masking<S>> masking = offered(bound).filter(offered -> offered.isDeclared(bound.service()));
        return masking.isEmpty()
                ? Optional.empty()
                : Optional.of(masking.get()
                        .mask(
                                bound.service(),
                                new LiveBench(live, bound.service().name(), events)));
    }

    private static <S extends Record> Optional<Masking<S>> offered(Bound<S> bound) {
        return bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema)
                        && schema.masking() instanceof Support.Offered<Masking<S>>(Masking<S> masking)
                ? Optional.of(masking)
                : Optional.empty();
    }

    /** By service, as results of the API have it. */
    static Json json(Map<String, Masked> done) {
        Json.Builder services = Json.object();
        done.forEach((service, masked) -> services.put(service, json(masked)));
        return services.build();
    }

    private static Json json(Masked masked) {
        List<Json> columns = new ArrayList<>();
        for (Column column : masked.columns()) {
            columns.add(Json.object()
                    .put("database", column.database())
                    .put("table", column.table())
                    .put("column", column.column())
                    .put("rule", column.rule())
                    .put("rows", Json.number(column.rows()))
                    .build());
        }
        return Json.object()
                .put("columns", Json.array(columns))
                .put("notes", Json.texts(masked.notes()))
                .build();
    }
}
