package dev.holdfast.cli.command;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The daemon's problems, as values again. */
public final class Refusals {
    private Refusals() {}

    /** The exception for an answer with {@code problems}. */
    public static HoldfastException of(Json answer) {
        List<Problem> problems = new ArrayList<>();
        for (Json item : answer.itemsAt("problems")) {
            problems.add(problem(item));
        }
        if (problems.isEmpty()) {
            problems.add(Problem.of(
                    Code.HF3306,
                    "the daemon refused without saying why",
                    "Please report this with the daemon's log: every refusal should have a reason."));
        }
        return new HoldfastException(problems);
    }

    /** One problem; a code this build does not know, as a newer daemon may have, keeps its words. */
    public static Problem problem(Json item) {
        String name = item.textAt("code").orElse("");
        String cause = item.textAt("cause").orElse("");
        Optional<Code> code = known(name);
        Problem problem = Problem.of(
                code.orElse(Code.HF3306),
                code.isPresent() ? cause : cause + " (" + name + ")",
                item.textAt("remedy").orElse(""));
        return item.at("position").map(p -> problem.at(position(p))).orElse(problem);
    }

    private static Optional<Code> known(String name) {
        for (Code code : Code.values()) {
            if (code.name().equals(name)) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }

    private static Position position(Json item) {
        return new Position(
                item.textAt("source").orElse(""),
                Math.toIntExact(item.longAt("line").orElse(1L)),
                Math.toIntExact(item.longAt("column").orElse(1L)));
    }
}
