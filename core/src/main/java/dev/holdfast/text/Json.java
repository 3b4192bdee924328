package dev.holdfast.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value. Our own because a data-binding library costs some 45 ms of every command's start, and because what the
 * API and the state files hold is small. Members keep the order in which they were put.
 */
public sealed interface Json {

    record Text(String value) implements Json {}

    /** A number as it was written, so that nothing is lost between reading and writing. */
    record Numeral(String literal) implements Json {}

    record Bool(boolean value) implements Json {}

    record Null() implements Json {}

    record Array(List<Json> items) implements Json {
        public Array {
            items = List.copyOf(items);
        }
    }

    record Members(Map<String, Json> values) implements Json {
        public Members {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /** Reads exactly one value; throws {@link JsonException} with the offset of what cannot be read. */
    static Json parse(String text) {
        return new JsonParser(text).document();
    }

    static Builder object() {
        return new Builder();
    }

    static Json text(String value) {
        return new Text(value);
    }

    static Json number(long value) {
        return new Numeral(Long.toString(value));
    }

    static Json bool(boolean value) {
        return new Bool(value);
    }

    static Json array(Iterable<? extends Json> items) {
        List<Json> copy = new ArrayList<>();
        items.forEach(copy::add);
        return new Array(copy);
    }

    static Json texts(Iterable<String> items) {
        List<Json> copy = new ArrayList<>();
        for (String item : items) {
            copy.add(new Text(item));
        }
        return new Array(copy);
    }

    /** The member of that name; empty for a missing one, for null and for a value that has no members. */
    default Optional<Json> at(String name) {
        if (this instanceof Members(Map<String, Json> values)) {
            Json found = values.get(name);
            return found == null || found instanceof Null ? Optional.empty() : Optional.of(found);
        }
        return Optional.empty();
    }

    default Optional<String> textAt(String name) {
        return at(name).flatMap(value -> value instanceof Text(String text) ? Optional.of(text) : Optional.empty());
    }

    default Optional<Long> longAt(String name) {
        return at(name).flatMap(value -> value instanceof Numeral(String literal) ? whole(literal) : Optional.empty());
    }

    /** True only where the member is there and true. */
    default boolean isAt(String name) {
        return at(name).equals(Optional.of(new Bool(true)));
    }

    /** The items of the array of that name; empty where there is none. */
    default List<Json> itemsAt(String name) {
        return at(name).map(value -> value instanceof Array(List<Json> items) ? items : List.<Json>of())
                .orElse(List.of());
    }

    /** One line, without spaces. */
    default String compact() {
        return new JsonWriter(false).write(this);
    }

    /** Two spaces a level and a line end at the last line, for files and for people. */
    default String pretty() {
        return new JsonWriter(true).write(this) + "\n";
    }

    private static Optional<Long> whole(String literal) {
        try {
            return Optional.of(Long.parseLong(literal));
        } catch (NumberFormatException notWhole) {
            return Optional.empty();
        }
    }

    /** Puts members in order; a member put twice keeps its place and takes the later value. */
    final class Builder {
        private final Map<String, Json> values = new LinkedHashMap<>();

        private Builder() {}

        public Builder put(String name, Json value) {
            values.put(name, value);
            return this;
        }

        public Builder put(String name, String value) {
            return put(name, new Text(value));
        }

        public Builder put(String name, long value) {
            return put(name, number(value));
        }

        public Builder put(String name, boolean value) {
            return put(name, new Bool(value));
        }

        /** Null where there is none, so that the keys of an answer do not come and go. */
        public Builder put(String name, Optional<String> value) {
            return put(name, value.<Json>map(Text::new).orElseGet(Null::new));
        }

        public Json build() {
            return new Members(values);
        }
    }
}
