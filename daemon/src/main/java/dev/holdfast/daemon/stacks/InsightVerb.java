package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Insight;
import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Depth;
import dev.holdfast.engine.Insight.Query;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Durations;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** One report of a service, or the plan of one query; without either, the findings of all reports. */
final class InsightVerb implements Verb {
    private static final String EXPLAIN = "explain";
    private static final int USUAL_ROWS = 50;
    private static final int MOST_ROWS = 10_000;
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(30);
    private static final Duration MOST_PATIENCE = Duration.ofSeconds(100);

    @Override
    public String name() {
        return "insight";
    }

    @Override
    public Set<String> keys() {
        return Set.of(
                "report",
                "thing",
                "by",
                "exact",
                "limit",
                "query",
                "id",
                "role",
                "analyze",
                "writes",
                "settings",
                "timeout");
    }

    @Override
    public boolean isExclusive(Json body) {
        return false;
    }

    @Override
    public Json run(Asked asked) {
        return of(asked, asked.bound());
    }

    private static <S extends Record> Json of(Asked asked, Bound<S> bound) {
        Json body = asked.body();
        Optional<String> report = body.textAt("report");
        String service = bound.service().name();
        if (report.isEmpty()) {
            return new InsightReport(asked.stacks())
                    .findings(bound, asked.bench().context(), body.textAt("thing"));
        }
        Insight<S> insight = bound.engine().observation().orRefuse().insight().orRefuse();
        Answer answer = report.get().equals(EXPLAIN)
                ? insight.explaining()
                        .orRefuse()
                        .explain(query(body), bound.service(), asked.bench().context())
                : insight.answer(
                        question(body, report.get()),
                        bound.service(),
                        asked.bench().context());
        return InsightJson.answer(service, answer).build();
    }

    private static Question question(Json body, String report) {
        long most = body.longAt("limit").orElse((long) USUAL_ROWS);
        if (most < 1 || most > MOST_ROWS) {
            throw refused("'limit' is " + most + ", and can be 1 to " + MOST_ROWS);
        }
        return new Question(report, body.textAt("thing"), body.textAt("by"), body.isAt("exact"), (int) most);
    }

    private static Query query(Json body) {
        String text = body.textAt("query").orElse("");
        Optional<String> id = body.textAt("id");
        if (text.isBlank() == id.isEmpty()) {
            throw refused("either 'query' or 'id' has to say what is to be explained");
        }
        boolean writes = body.isAt("writes");
        boolean runs = body.isAt("analyze");
        if (writes && !runs) {
            throw refused("'writes' means something only with 'analyze'");
        }
        return new Query(
                body.textAt("thing"),
                text,
                id,
                body.textAt("role"),
                writes ? Depth.RUN_AND_TAKE_BACK : runs ? Depth.RUN : Depth.PLAN,
                settings(body),
                patience(body));
    }

    private static SortedMap<String, String> settings(Json body) {
        SortedMap<String, String> settings = new TreeMap<>();
        if (body.at("settings").orElse(new Json.Null()) instanceof Json.Members(Map<String, Json> values)) {
            values.forEach((name, value) -> {
                if (!(value instanceof Json.Text(String text))) {
                    throw refused("setting '" + name + "' is no text");
                }
                settings.put(name, text);
            });
        }
        return settings;
    }

    private static Duration patience(Json body) {
        Optional<String> written = body.textAt("timeout");
        if (written.isEmpty()) {
            return USUAL_PATIENCE;
        }
        Duration patience = Durations.parse(written.get()).orElse(Duration.ZERO);
        if (patience.isNegative() || patience.isZero() || patience.compareTo(MOST_PATIENCE) > 0) {
            throw refused("'timeout' is " + written.get() + ", and can be 1ms to " + MOST_PATIENCE.toSeconds() + "s");
        }
        return patience;
    }

    private static HoldfastException refused(String cause) {
        return new HoldfastException(
                Problem.of(Code.HF3205, cause, "Ask as the reference page of the daemon's interface says."));
    }
}
