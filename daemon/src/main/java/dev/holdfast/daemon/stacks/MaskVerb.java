package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.ProblemJson;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Masking;
import dev.holdfast.engine.Masking.Suspect;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Says what keeps the masking rules of a service from being followed, and which columns look personal and have none. */
final class MaskVerb implements Verb {
    @Override
    public String name() {
        return "mask";
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
    public Json run(Asked asked) throws InterruptedException {
        return run(asked, asked.bound());
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound) throws InterruptedException {
        Masking<S> masking = bound.engine().schema().orRefuse().masking().orRefuse();
        List<Problem> problems = masking.problems(bound.service(), asked.bench().context());
        List<Json> suspects = new ArrayList<>();
        for (Suspect suspect : masking.suspects(bound.service(), asked.bench())) {
            suspects.add(Json.object()
                    .put("database", suspect.database())
                    .put("table", suspect.table())
                    .put("column", suspect.column())
                    .put("because", suspect.because())
                    .put("rule", suspect.rule())
                    .build());
        }
        return Json.object()
                .put("service", bound.service().name())
                .put("declared", masking.isDeclared(bound.service()))
                .put("problems", ProblemJson.list(problems))
                .put("suspects", Json.array(suspects))
                .put("exitStatus", problems.isEmpty() ? 0 : ProblemJson.exitStatus(problems))
                .build();
    }
}
