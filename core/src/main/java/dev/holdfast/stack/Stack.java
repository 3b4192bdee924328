package dev.holdfast.stack;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one stack file describes, resolved for one environment. {@code services} holds the declared services and their
 * companions alike, by name.
 */
public record Stack(
        String name, Optional<String> environment, SortedMap<String, Service<?>> services, Objectives objectives) {
    public Stack {
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
    }
}
