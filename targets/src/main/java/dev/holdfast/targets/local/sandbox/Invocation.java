package dev.holdfast.targets.local.sandbox;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What to start. The environment is not among the arguments, which every user of the machine can read. */
public record Invocation(List<String> arguments, SortedMap<String, String> environment) {
    public Invocation {
        arguments = List.copyOf(arguments);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    /** With exactly this environment; where input and output go is the caller's to say. */
    public ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder(arguments);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }
}
