package dev.holdfast.problem;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong so that everything is reported at once. Confined to one thread. */
public final class Problems {
    private final List<Problem> found = new ArrayList<>();

    public void add(Problem problem) {
        found.add(problem);
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    public List<Problem> all() {
        return List.copyOf(found);
    }

    /** Throws all that was found; does nothing where nothing was. */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw new HoldfastException(found);
        }
    }
}
