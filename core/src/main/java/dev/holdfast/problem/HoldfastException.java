package dev.holdfast.problem;

import java.util.List;

/** The one exception Holdfast throws on purpose. It carries every problem found, never just the first. */
public final class HoldfastException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public HoldfastException(List<Problem> problems) {
        super(text(problems));
        this.problems = List.copyOf(problems);
    }

    public HoldfastException(Problem problem) {
        this(List.of(problem));
    }

    public HoldfastException(Problem problem, Throwable cause) {
        super(problem.toString(), cause);
        this.problems = List.of(problem);
    }

    public List<Problem> problems() {
        return problems;
    }

    private static String text(List<Problem> problems) {
        return String.join("\n", problems.stream().map(Problem::toString).toList());
    }
}
