package dev.holdfast.engines.postgres;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The databases a server has, and what extensions are in those that are declared. */
record ActualSchemas(
        SortedMap<String, String> marks,
        SortedMap<String, SortedMap<String, String>> schemas,
        SortedMap<String, SortedMap<String, ActualExtension>> extensions) {
    /** The schemas of a database just created. */
    static final SortedMap<String, String> FRESH =
            Collections.unmodifiableSortedMap(new TreeMap<>(Map.of("public", "standard public schema")));

    ActualSchemas {
        marks = Collections.unmodifiableSortedMap(new TreeMap<>(marks));
        schemas = Collections.unmodifiableSortedMap(new TreeMap<>(schemas));
        extensions = Collections.unmodifiableSortedMap(new TreeMap<>(extensions));
    }

    /** @param offered the version that the server's packages would create */
    record ActualExtension(String version, String offered, String mark) {}

    static ActualSchemas fresh() {
        SortedMap<String, String> marks = new TreeMap<>();
        marks.put(Declared.HOME, "");
        return new ActualSchemas(marks, new TreeMap<>(), new TreeMap<>());
    }
}
