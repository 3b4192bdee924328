package dev.holdfast.plan;

import java.util.List;

/** What would change, in the order in which it would be done. {@code notes} says what the place at hand cannot do. */
public record Plan(String stack, List<Change> changes, List<String> notes) {
    public Plan {
        changes = List.copyOf(changes);
        notes = List.copyOf(notes);
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }
}
