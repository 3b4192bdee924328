package dev.holdfast.engines.postgres;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The databases a server has, and what extensions are in those that are declared. */
record ActualSchemas(
        SortedMap<String, String> marks, SortedMap<String, SortedMap<String, ActualExtension>> extensions) {
    ActualSchemas {
        marks = Collections.unmodifiableSortedMap(new TreeMap<>(marks));
        extensions = Collections.unmodifiableSortedMap(new TreeMap<>(extensions));
    }

    /** @param offered the version that the server's packages would create */
    record ActualExtension(String version, String offered, String mark) {}

    static ActualSchemas fresh() {
        SortedMap<String, String> marks = new TreeMap<>();
        marks.put(Declared.HOME, "");
        return new ActualSchemas(marks, new TreeMap<>());
    }
}
