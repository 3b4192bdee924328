package dev.holdfast.testing;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.Redacted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an engine offers for one service, its type out of the way; of a facet that it does not offer, nothing. */
record Offers<S extends Record>(Bound<S> bound) {
    static <S extends Record> Offers<S> of(Bound<S> bound) {
        return new Offers<>(bound);
    }

    List<Setting> sized() {
        return bound.engine().sizing() instanceof Support.Offered<Sizing<S>>(Sizing<S> sizing)
                ? sizing.settings(bound.service())
                : List.of();
    }

    List<Access.Endpoint> endpoints(Context place) {
        return access().map(access -> access.endpoints(bound.service(), place)).orElse(List.of());
    }

    SortedMap<String, Redacted> variables(Context place) {
        return access().map(access -> access.variables(bound.service(), Optional.empty(), place))
                .orElse(new TreeMap<>());
    }

    Optional<Access.Client> client(Context place) {
        return access().map(access -> access.client(bound.service(), Optional.empty(), place));
    }

    List<Change> fromNothing(Context place) {
        List<Change> changes = new ArrayList<>();
        if (bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema)) {
            changes.addAll(schema.fromNothing(bound.service(), place));
        }
        access().ifPresent(access -> changes.addAll(access.fromNothing(bound.service(), place)));
        return changes;
    }

    Optional<Health> probe(String member, Context place) {
        return observation().map(observation -> observation.probe(bound.service(), member, place));
    }

    List<Member> exporters() {
        return observation()
                .map(observation -> observation.exporters(bound.service()))
                .orElse(List.of());
    }

    List<Workload> exporterWorkloads(Context place) {
        return observation()
                .map(observation -> observation.exporterWorkloads(bound.service(), place))
                .orElse(List.of());
    }

    List<Scrape> scrapes() {
        return observation()
                .map(observation -> observation.scrapes(bound.service()))
                .orElse(List.of());
    }

    List<AlertRules> alerts() {
        return observation()
                .map(observation -> observation.alerts(bound.service()))
                .orElse(List.of());
    }

    private Optional<Access<S>> access() {
        return bound.engine().access() instanceof Support.Offered<Access<S>>(Access<S> access)
                ? Optional.of(access)
                : Optional.empty();
    }

    private Optional<Observation<S>> observation() {
        return bound.engine().observation() instanceof Support.Offered<Observation<S>>(Observation<S> observation)
                ? Optional.of(observation)
                : Optional.empty();
    }
}
