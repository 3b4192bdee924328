package dev.holdfast.reader;

import dev.holdfast.stack.Bytes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/** What a key takes. The reader, the schema and the reference page each are one switch over this. */
sealed interface Kind {

    record Text(Optional<Form> form) implements Kind {}

    /** {@code small} says that it is an {@code int}; the limits are already within it. */
    record Whole(long least, long most, boolean small) implements Kind {}

    record Truth() implements Kind {}

    /** The words of an enum, in its order, and what its constants say of themselves. */
    record Word(SequencedMap<String, Object> constants, Map<String, String> docs) implements Kind {
        /** The word of a constant. */
        String of(Object constant) {
            for (Map.Entry<String, Object> word : constants.entrySet()) {
                if (word.getValue().equals(constant)) {
                    return word.getKey();
                }
            }
            throw new IllegalArgumentException("no word for " + constant);
        }
    }

    record Span(Optional<Duration> least, Optional<Duration> most) implements Kind {}

    record Amount(Optional<Bytes> least, Optional<Bytes> most) implements Kind {}

    record Share() implements Kind {}

    record Pointer() implements Kind {}

    record Block(String engine) implements Kind {}

    record Items(Kind element) implements Kind {}

    record Names(Form names, Kind element, boolean sorted) implements Kind {}

    record Section(Shape shape) implements Kind {}

    /** A regular expression, and the words that follow "must be". */
    record Form(Pattern pattern, String rule) {
        boolean allows(String text) {
            return pattern.matcher(text).matches();
        }
    }

    /** "takes …", for messages and the reference. */
    default String takes() {
        return switch (this) {
            case Text _ -> "text";
            case Whole _ -> "a whole number";
            case Truth _ -> "true or false";
            case Word word -> "one of " + String.join(", ", word.constants().keySet());
            case Span _ -> "a duration such as 5m";
            case Amount _ -> "an amount such as 2Gi";
            case Share _ -> "processor cores such as 1, 0.5 or 250m";
            case Pointer _ -> "a reference such as objects/backups";
            case Block _ -> "a map of keys";
            case Section(Shape shape) ->
                shape.shorthand()
                        .map(main -> main.kind().takes() + " for its " + main.key() + ", or a map of keys")
                        .orElse("a map of keys");
            case Items(Kind element) -> "a list, each of it " + element.takes();
            case Names(var _, Kind element, var _) -> "a map of names, each with " + element.takes();
        };
    }

    /** A sentence that shows how it is written after its key. */
    default String shown(String key) {
        return switch (this) {
            case Text _ -> "Write " + key + ": \"…\", in quotes where it looks like a number.";
            case Whole whole -> "Write " + key + ": " + Math.max(1, whole.least()) + ", or another whole number.";
            case Truth _ -> "Write " + key + ": true or " + key + ": false.";
            case Word word ->
                "Write one of " + String.join(", ", word.constants().keySet()) + ".";
            case Span _ -> "Write a number and a unit, such as 200ms, 60s, 5m, 8h or 7d.";
            case Amount _ -> "Write a number and a unit, such as 512Mi or 2Gi.";
            case Share _ -> "Write cores such as 1 or 0.5, or thousandths such as 250m.";
            case Pointer _ -> "Write service/thing, such as objects/backups.";
            case Block _, Section _ -> "Write its keys below it, indented, or {} for what is the default.";
            case Items _ -> "Write a list, such as " + key + ": [a, b], or [] for an empty one.";
            case Names _ -> "Write names below it, each with a colon, or {} for none.";
        };
    }
}
