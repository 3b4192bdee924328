package dev.holdfast.reader;

import dev.holdfast.reader.Shape.Field;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Embedded;
import dev.holdfast.text.Durations;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The way back: values as the file would write them. */
final class Values {
    private final Shapes shapes;

    Values(Shapes shapes) {
        this.shapes = shapes;
    }

    /** The keys of a record in their order, without those that would be read as the same when left away. */
    Map<String, Json> section(Record record) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (Field field : shapes.of(record.getClass()).fields().values()) {
            unwrapped(held(field, record)).ifPresent(value -> {
                Json json = value(field.kind(), value);
                if (field.fallback().isPresent() || !isEmpty(json)) {
                    members.put(field.key(), json);
                }
            });
        }
        return members;
    }

    private static Object held(Field field, Record record) {
        try {
            return field.accessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + field.key() + " of " + record.getClass(), e);
        }
    }

    private static Optional<Object> unwrapped(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.map(Object.class::cast);
            case OptionalInt number -> number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
            case OptionalLong number -> number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
            default -> Optional.of(value);
        };
    }

    private Json value(Kind kind, Object value) {
        return switch (kind) {
            case Kind.Text _, Kind.Amount _, Kind.Pointer _ -> Json.text(value.toString());
            case Kind.Whole _ -> Json.number(((Number) value).longValue());
            case Kind.Truth _ -> Json.bool((Boolean) value);
            case Kind.Word word -> Json.text(word.of(value));
            case Kind.Span _ -> Json.text(Durations.text((Duration) value));
            case Kind.Share _ -> share((Cpu) value);
            case Kind.Block _ -> new Json.Members(section(((Embedded) value).settings()));
            case Kind.Section _ -> new Json.Members(section((Record) value));
            case Kind.Items(Kind element) ->
                Json.array(((List<?>) value)
                        .stream().map(item -> value(element, item)).toList());
            case Kind.Names names -> {
                Map<String, Json> members = new LinkedHashMap<>();
                ((Map<?, ?>) value).forEach((name, item) -> members.put((String) name, value(names.element(), item)));
                yield new Json.Members(members);
            }
        };
    }

    static Json share(Cpu cpu) {
        return cpu.millis() % 1000 == 0 ? Json.number(cpu.millis() / 1000) : Json.text(cpu.toString());
    }

    /** A default as the file would write it, for the schema. */
    static Json json(Written written) {
        return switch (written) {
            case Written.Scalar(String text, Written.Form form, var _) ->
                switch (form) {
                    case TEXT -> Json.text(text);
                    case WHOLE, DECIMAL -> new Json.Numeral(text);
                    case TRUTH -> Json.bool(Boolean.parseBoolean(text));
                    case NOTHING -> new Json.Null();
                };
            case Written.Items(List<Written> items, var _) ->
                Json.array(items.stream().map(Values::json).toList());
            case Written.Keys keys -> {
                Map<String, Json> members = new LinkedHashMap<>();
                keys.entries().forEach((key, entry) -> members.put(key, json(entry.value())));
                yield new Json.Members(members);
            }
            case Written.Refused _ -> new Json.Null();
        };
    }

    private static boolean isEmpty(Json json) {
        return switch (json) {
            case Json.Members(Map<String, Json> members) -> members.isEmpty();
            case Json.Array(List<Json> items) -> items.isEmpty();
            default -> false;
        };
    }
}
