package dev.holdfast.reader;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import java.util.Optional;

/** What must hold for any bytes: a stack, or problems that say where, why and what to do. */
final class AnyInput {
    private AnyInput() {}

    static void answers(StackReader reader, byte[] bytes) {
        try {
            reader.read("fuzz.yaml", bytes, Optional.empty());
        } catch (HoldfastException e) {
            if (e.problems().isEmpty() || e.problems().size() > Findings.MOST + 1) {
                throw new AssertionError(e.problems().size() + " problems");
            }
            e.problems().forEach(AnyInput::check);
        }
    }

    private static void check(Problem problem) {
        Position at = problem.position().orElseThrow(() -> new AssertionError("no position: " + problem));
        boolean placed = at.line() > 0 && at.column() > 0;
        boolean said = !problem.cause().isBlank() && !problem.cause().endsWith(".") && oneLine(problem.cause());
        boolean remedied =
                (problem.remedy().endsWith(".") || problem.remedy().endsWith("?")) && oneLine(problem.remedy());
        if (!placed || !said || !remedied || problem.code() == Code.HF9001) {
            throw new AssertionError("not a whole problem: " + problem);
        }
    }

    private static boolean oneLine(String text) {
        return text.chars().noneMatch(c -> c < 0x20);
    }
}
