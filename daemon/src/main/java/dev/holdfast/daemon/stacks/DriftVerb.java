package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Visit;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Drift;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.text.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What of a running service is not as its file, as it was applied last, says. */
final class DriftVerb implements Verb {
    @Override
    public String name() {
        return "drift";
    }

    @Override
    public Set<String> keys() {
        return Set.of();
    }

    @Override
    public boolean isExclusive(Json body) {
        return false;
    }

    @Override
    public Json run(Asked asked) {
        List<Drift> drifts = new ArrayList<>(files(asked));
        drifts.addAll(Visit.call(() -> inside(asked.bound(), asked.bench().context())));
        return Json.object()
                .put("service", asked.bound().service().name())
                .put("drift", Json.array(drifts.stream().map(DriftVerb::json).toList()))
                .build();
    }

    private static <S extends Record> List<Drift> inside(Bound<S> bound, Context context) {
        return bound.engine().access() instanceof Support.Offered<Access<S>>(Access<S> access)
                ? access.drift(bound.service(), context)
                : List.of();
    }

    /** Files and processes of its members, those of its companions among them. */
    private static List<Drift> files(Asked asked) {
        List<Drift> drifts = new ArrayList<>();
        for (Workload workload : asked.live().supervisor().workloads()) {
            if (Ownership.owner(asked.live().stack(), workload)
                    .equals(asked.bound().service().name())) {
                for (Change change : asked.live().supervisor().site().differences(workload)) {
                    drifts.add(new Drift(
                            change.where(),
                            Drift.Kind.DIFFERENT,
                            change.summary(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of("a file system does not write down who changes a file")));
                }
            }
        }
        return drifts;
    }

    private static Json json(Drift drift) {
        return Json.object()
                .put("where", drift.where())
                .put("kind", drift.kind().name().toLowerCase(Locale.ROOT))
                .put("what", drift.what())
                .put("at", drift.at().map(Instant::toString))
                .put("who", drift.who())
                .put("statement", drift.statement())
                .put("unknown", drift.unknown())
                .build();
    }
}
