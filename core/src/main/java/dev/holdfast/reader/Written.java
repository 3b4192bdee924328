package dev.holdfast.reader;

import dev.holdfast.problem.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What stands in the file, before anyone asks what it means. */
sealed interface Written {
    Position at();

    /** What a reader should call it, with its article. */
    String noun();

    record Scalar(String text, Form form, Position at) implements Written {
        @Override
        public String noun() {
            return switch (form) {
                case TEXT -> "the text '" + Shown.text(text) + "'";
                case WHOLE, DECIMAL -> "the number " + Shown.text(text);
                case TRUTH -> "the truth value " + text;
                case NOTHING -> "nothing";
            };
        }
    }

    record Items(List<Written> items, Position at) implements Written {
        @Override
        public String noun() {
            return "a list";
        }
    }

    /** Insertion order is that of the file; it is never changed after it was read. */
    record Keys(SequencedMap<String, Entry> entries, Position at) implements Written {
        @Override
        public String noun() {
            return "a map";
        }

        static Keys empty(Position at) {
            return new Keys(new LinkedHashMap<>(), at);
        }
    }

    /** Something already reported; whoever meets it says nothing more. */
    record Refused(Position at) implements Written {
        @Override
        public String noun() {
            return "something refused";
        }
    }

    /** A key with its own place, which is where a problem with it is shown. */
    record Entry(Position key, Written value) {}

    /** What YAML 1.2 takes a scalar for. */
    enum Form {
        TEXT,
        WHOLE,
        DECIMAL,
        TRUTH,
        NOTHING
    }
}
