package dev.holdfast.daemon.http;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;

/** Problems as the interface writes them. */
public final class ProblemJson {
    private ProblemJson() {}

    public static Json of(Problem problem) {
        return Json.object()
                .put("code", problem.code().name())
                .put("title", problem.code().title())
                .put("kind", problem.code().kind().name())
                .put("cause", problem.cause())
                .put("remedy", problem.remedy())
                .put(
                        "position",
                        problem.position()
                                .<Json>map(at -> Json.object()
                                        .put("source", at.source())
                                        .put("line", at.line())
                                        .put("column", at.column())
                                        .build())
                                .orElseGet(Json.Null::new))
                .build();
    }

    public static Json list(List<Problem> problems) {
        List<Json> items = new ArrayList<>();
        for (Problem problem : problems) {
            items.add(of(problem));
        }
        return Json.array(items);
    }

    /** The body of every answer that is not 200. */
    public static Json body(List<Problem> problems) {
        return Json.object()
                .put("exitStatus", exitStatus(problems))
                .put("problems", list(problems))
                .build();
    }

    public static int exitStatus(List<Problem> problems) {
        return problems.getFirst().code().kind().exitStatus();
    }

    static int status(Problem problem) {
        if (problem.code() == Code.HF3206) {
            return 404;
        }
        return switch (problem.code().kind()) {
            case USER -> 400;
            case UNSUPPORTED -> 501;
            case ENVIRONMENT -> 503;
            case REFUSED -> 409;
            case BUG -> 500;
        };
    }
}
