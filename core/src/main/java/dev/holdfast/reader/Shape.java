package dev.holdfast.reader;

import dev.holdfast.language.NotYet;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A record as a map of keys: everything its annotations and types say, worked out once. */
record Shape(
        Class<? extends Record> type,
        String doc,
        Map<String, Field> fields,
        Map<String, NotYet> notYet,
        Optional<Field> shorthand,
        Constructor<? extends Record> constructor) {
    Shape {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        notYet = Collections.unmodifiableMap(new LinkedHashMap<>(notYet));
    }

    /** Whether it can be read from nothing. */
    boolean isOptional() {
        return fields.values().stream().noneMatch(Field::required);
    }

    /** One key. {@code fallback} is the default, {@code written} as text and parsed. */
    record Field(
            String key,
            Kind kind,
            Wrap wrap,
            boolean required,
            Optional<Fallback> fallback,
            String doc,
            Optional<String> example,
            Method accessor) {}

    record Fallback(String text, Written written) {}

    /** How the value stands in the component. */
    enum Wrap {
        PLAIN,
        OPTIONAL,
        OPTIONAL_INT,
        OPTIONAL_LONG
    }

    List<String> keys() {
        return List.copyOf(fields.keySet());
    }
}
