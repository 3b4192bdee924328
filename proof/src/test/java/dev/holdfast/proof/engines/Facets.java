package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Drift;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Insight;
import dev.holdfast.engine.Reconciled;
import dev.holdfast.engine.Rotation;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.Redacted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a service's engine offers, its type out of the way; the order of schema and access is that of a plan. */
record Facets<S extends Record>(Bound<S> bound) {
    static <S extends Record> Facets<S> of(Bound<S> bound) {
        return new Facets<>(bound);
    }

    /** Changes that were asked for by a schema, which are done by it however often. */
    private static final Set<Change> SHAPES = ConcurrentHashMap.newKeySet();

    List<Change> changes(Context context) {
        return planned(facet -> facet.changes(bound.service(), context));
    }

    List<Change> fromNothing(Context context) {
        return planned(facet -> facet.fromNothing(bound.service(), context));
    }

    private List<Change> planned(Function<Reconciled<S>, List<Change>> asked) {
        List<Change> changes = new ArrayList<>();
        for (Reconciled<S> facet : reconciled()) {
            List<Change> own = asked.apply(facet);
            if (facet instanceof Schema<S>) {
                SHAPES.addAll(own);
            }
            changes.addAll(own);
        }
        return changes;
    }

    List<String> notes(Context context) {
        List<String> notes = new ArrayList<>();
        reconciled().forEach(facet -> notes.addAll(facet.notes(bound.service(), context)));
        return notes;
    }

    /** Each by the facet that asked for it. */
    void apply(List<Change> changes, Context context) {
        changes.forEach(change ->
                (SHAPES.contains(change) ? reconciled().getFirst() : access()).apply(change, bound.service(), context));
    }

    private List<Reconciled<S>> reconciled() {
        List<Reconciled<S>> facets = new ArrayList<>();
        if (bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema)) {
            facets.add(schema);
        }
        facets.add(access());
        return facets;
    }

    Access<S> access() {
        return bound.engine().access().orRefuse();
    }

    /** How passwords of the service are replaced. */
    static <S extends Record> Rotating<S> rotation(Bound<S> bound) {
        return new Rotating<>(
                bound, bound.engine().access().orRefuse().rotation().orRefuse());
    }

    /** A rotation with its type out of the way. */
    record Rotating<S extends Record>(Bound<S> bound, Rotation<S> rotation) {
        List<Rotation.Credential> logins(Context context) {
            return rotation.logins(bound.service(), context);
        }

        Rotation.Begun begin(String role, Instant now, Optional<Duration> grace, Bench bench) {
            return rotation.begin(bound.service(), role, now, grace, bench);
        }

        Rotation.Finished finish(String role, Bench bench) {
            return rotation.finish(bound.service(), role, bench);
        }
    }

    List<Drift> drift(Context context) {
        return access().drift(bound.service(), context);
    }

    Access.Client client(String role, Context context) {
        return access().client(bound.service(), Optional.of(role), context);
    }

    Map<String, String> variables(String role, Context context) {
        return revealed(access().variables(bound.service(), Optional.of(role), context));
    }

    void reload(String member, List<Setting> changed, Context context) {
        bound.engine().provisioning().reload(bound.service(), member, changed, context);
    }

    Health probe(String member, Context context) {
        return bound.engine().observation().orRefuse().probe(bound.service(), member, context);
    }

    Insight.Answer insight(Insight.Question question, Context context) {
        return insight().answer(question, bound.service(), context);
    }

    Insight.Answer explain(Insight.Query query, Context context) {
        return insight().explaining().orRefuse().explain(query, bound.service(), context);
    }

    private Insight<S> insight() {
        return bound.engine().observation().orRefuse().insight().orRefuse();
    }

    /** The first answer that says ready, or the last that does not. */
    Health ready(String member, Context context, Duration patience) {
        return until(member, context, patience, health -> health instanceof Health.Ready);
    }

    /** The first answer that is as expected, or the last that is not. */
    Health until(String member, Context context, Duration patience, Predicate<Health> expected) {
        Instant deadline = Instant.now().plus(patience);
        Health health = probe(member, context);
        while (!expected.test(health) && Instant.now().isBefore(deadline)) {
            LockSupport.parkNanos(20_000_000);
            health = probe(member, context);
        }
        return health;
    }

    static Map<String, String> revealed(Map<String, Redacted> environment) {
        Map<String, String> plain = new TreeMap<>();
        environment.forEach((name, value) -> plain.put(name, value.reveal()));
        return plain;
    }
}
