package dev.holdfast.stack;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one stack file describes, resolved for one environment. {@code services} holds the declared services and their
 * companions alike, by name.
 */
public record Stack(
        String name, Optional<String> environment, SortedMap<String, Service<?>> services, Objectives objectives) {
    /** What stands between the name of a stack and that of one derived from it; no file can give such a name. */
    public static final char DERIVED = '@';

    public Stack {
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
    }

    /**
     * Whether it was made beside another from the same file, from a copy or a backup of its data. What acts on the world
     * outside (archives, schedules, subscriptions) must stay quiet in such a stack.
     */
    public boolean isDerived() {
        return name.indexOf(DERIVED) >= 0;
    }

    /** This file under another name with these services and their companions alone. */
    public Stack keeping(String otherName, Set<String> kept) {
        SortedMap<String, Service<?>> left = new TreeMap<>();
        services.forEach((service, value) -> {
            if (kept.contains(service) || value.parent().filter(kept::contains).isPresent()) {
                left.put(service, value);
            }
        });
        return new Stack(otherName, environment, left, objectives);
    }
}
