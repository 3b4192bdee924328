package dev.holdfast.reader;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What was found wrong in one file, each thing once though every environment meets it again. Bounded, so that a hostile
 * file cannot make its own error report expensive.
 */
final class Findings {
    static final int MOST = 500;

    private final Set<Problem> found = new LinkedHashSet<>();
    private String prefix = "";
    private boolean overflowed;

    /** Problems not met before are said to be those of this environment until {@link #everywhere}. */
    void inEnvironment(String name) {
        prefix = "in environment '" + name + "', ";
    }

    void everywhere() {
        prefix = "";
    }

    void add(Code code, Position at, String cause, String remedy) {
        add(Problem.of(code, cause, remedy).at(at));
    }

    void add(Problem problem) {
        if (found.contains(problem)) {
            return;
        }
        if (!takesMore()) {
            return;
        }
        found.add(
                prefix.isEmpty()
                        ? problem
                        : new Problem(problem.code(), prefix + problem.cause(), problem.remedy(), problem.position()));
    }

    boolean isFull() {
        return found.size() >= MOST;
    }

    /** Asked by who has a problem at hand, before working out a dear remedy for it; a no is remembered. */
    boolean takesMore() {
        overflowed |= isFull();
        return !isFull();
    }

    int count() {
        return found.size();
    }

    void throwIfAny() {
        if (found.isEmpty()) {
            return;
        }
        List<Problem> ordered = new ArrayList<>(found);
        ordered.sort(Comparator.comparingInt(
                        (Problem p) -> p.position().map(Position::line).orElse(0))
                .thenComparingInt(p -> p.position().map(Position::column).orElse(0)));
        if (overflowed) {
            Position last = ordered.getLast().position().orElseThrow();
            ordered.add(Problem.of(
                            Code.HF1019,
                            "more than " + MOST + " problems were found, and the rest is not shown",
                            "Correct those above and validate again; is this a stack file at all?")
                    .at(last));
        }
        throw new HoldfastException(ordered);
    }
}
