package dev.holdfast.blueprint;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The same workload where containers run: the official image with its pinned tag, the environment that image wants and
 * the command it is given. {@code healthCheck} is an argument list that exits with 0 when the member serves.
 */
public record Container(
        String image, List<String> command, SortedMap<String, String> environment, List<String> healthCheck) {
    public Container {
        command = List.copyOf(command);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        healthCheck = List.copyOf(healthCheck);
    }
}
