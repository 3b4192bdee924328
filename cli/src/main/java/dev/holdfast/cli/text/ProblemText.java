package dev.holdfast.cli.text;

import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Problems as the command line shows them: two lines for a person, an array of objects for a program. */
public final class ProblemText {
    private ProblemText() {}

    /** Paths below {@code directory} are shortened, as an editor's terminal likes to click on them. */
    public static List<String> lines(Problem problem, Path directory, Paint paint) {
        List<String> lines = new ArrayList<>();
        String where = problem.position().map(p -> place(p, directory) + ": ").orElse("");
        lines.add(paint.strong(Quoting.visible(where)) + paint.bad(Quoting.visible(problem.cause())) + " "
                + paint.faint("[" + problem.code() + "]"));
        lines.add("  " + paint.strong("fix:") + " " + Quoting.visible(problem.remedy()));
        return lines;
    }

    /** The same object that the daemon's interface uses. */
    public static Json json(Problem problem) {
        Json.Builder object = Json.object()
                .put("code", problem.code().name())
                .put("title", problem.code().title())
                .put("kind", problem.code().kind().name())
                .put("cause", problem.cause())
                .put("remedy", problem.remedy());
        problem.position()
                .ifPresent(p -> object.put(
                        "position",
                        Json.object()
                                .put("source", p.source())
                                .put("line", p.line())
                                .put("column", p.column())
                                .build()));
        return object.build();
    }

    private static String place(Position position, Path directory) {
        String prefix = directory + "/";
        String source = position.source();
        String shown = source.startsWith(prefix) ? source.substring(prefix.length()) : source;
        return shown + ":" + position.line() + ":" + position.column();
    }
}
