package dev.holdfast.engines.postgres.insight;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One row of an answer, by the names of its columns; what was NULL is not in it. */
record Facts(Map<String, Object> values) {
    Facts {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** Empty where it was NULL. */
    String text(String name) {
        return find(name).orElse("");
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name)).map(String::valueOf);
    }

    /** Zero where it was NULL. */
    long count(String name) {
        return values.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** Zero where it was NULL. */
    double number(String name) {
        return values.get(name) instanceof Number number ? number.doubleValue() : 0;
    }

    boolean is(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    List<String> texts(String name) {
        return values.get(name) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }
}
