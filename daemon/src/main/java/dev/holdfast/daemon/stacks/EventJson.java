package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Operation;
import dev.holdfast.daemon.http.ProblemJson;
import dev.holdfast.daemon.supervise.Decision;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;

/** The events of a stream and what they hold, as the interface writes them. */
final class EventJson {
    private EventJson() {}

    static Json accepted(String stack) {
        return Json.object()
                .put("event", "accepted")
                .put("operation", Operation.current().id())
                .put("stack", stack)
                .build();
    }

    static Json progress(String where, String text) {
        return Json.object()
                .put("event", "progress")
                .put("where", where)
                .put("text", text)
                .build();
    }

    /** {@code unit} is {@code bytes} or what is counted. */
    static Json progress(String where, String text, long done, long total, String unit) {
        return Json.object()
                .put("event", "progress")
                .put("where", where)
                .put("text", text)
                .put("done", done)
                .put("total", total)
                .put("unit", unit)
                .build();
    }

    static Json decision(Decision decision) {
        Json.Builder event = Json.object().put("event", "decision");
        if (!decision.member().isEmpty()) {
            event.put("member", decision.member());
        }
        return event.put("text", decision.text()).build();
    }

    static Json ready(String service, String because, long millis) {
        return Json.object()
                .put("event", "ready")
                .put("service", service)
                .put("because", because)
                .put("millis", millis)
                .build();
    }

    static Json step(Change change, String state) {
        return Json.object()
                .put("event", "change")
                .put("where", change.where())
                .put("summary", change.summary())
                .put("risk", change.risk().name())
                .put("state", state)
                .build();
    }

    static Json line(String member, String text) {
        return Json.object()
                .put("event", "line")
                .put("member", member)
                .put("text", text)
                .build();
    }

    static Json problem(Problem problem) {
        return Json.object()
                .put("event", "problem")
                .put("problem", ProblemJson.of(problem))
                .build();
    }

    static Json.Builder done(String stack) {
        return Json.object().put("event", "done").put("stack", stack);
    }

    static Json.Builder failed(List<Problem> problems) {
        return Json.object()
                .put("event", "failed")
                .put("exitStatus", ProblemJson.exitStatus(problems))
                .put("problems", ProblemJson.list(problems));
    }

    static Json changes(List<Change> changes) {
        List<Json> items = new ArrayList<>();
        for (Change change : changes) {
            items.add(Json.object()
                    .put("where", change.where())
                    .put("summary", change.summary())
                    .put("statement", change.statement())
                    .put("risk", change.risk().name())
                    .put("undo", change.undo())
                    .put("because", change.because())
                    .put("approval", change.approval())
                    .build());
        }
        return Json.array(items);
    }
}
