package dev.holdfast.reader;

import dev.holdfast.problem.Code;
import dev.holdfast.reader.Written.Entry;
import dev.holdfast.reader.Written.Keys;
import dev.holdfast.text.Nearest;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Lays what one environment says over {@code spec}: maps merge, everything else replaces, {@code null} removes. What the
 * environment does not touch stays the same object, so that it need not be read again.
 */
final class Overlay {
    private final String environment;
    private final Findings findings;

    Overlay(String environment, Findings findings) {
        this.environment = environment;
        this.findings = findings;
    }

    Keys over(Keys base, Keys overlay) {
        SequencedMap<String, Entry> merged = new LinkedHashMap<>(base.entries());
        overlay.entries().forEach((key, entry) -> {
            Entry below = base.entries().get(key);
            if (isNothing(entry.value())) {
                remove(key, entry, base);
                merged.remove(key);
            } else if (below != null && below.value() instanceof Keys lower && entry.value() instanceof Keys upper) {
                merged.put(key, new Entry(below.key(), over(lower, upper)));
            } else {
                merged.put(key, new Entry(entry.key(), added(entry.value())));
            }
        });
        return new Keys(merged, base.at());
    }

    /** A map that stands only in the overlay: there is nothing below it that a {@code null} could remove. */
    private Written added(Written value) {
        return value instanceof Keys keys ? over(Keys.empty(keys.at()), keys) : value;
    }

    private void remove(String key, Entry entry, Keys base) {
        if (!base.entries().containsKey(key)) {
            findings.add(
                    Code.HF1108,
                    entry.key(),
                    "environment '" + Shown.text(environment) + "' removes '" + Shown.text(key)
                            + "', which is not there",
                    Shown.guess(Nearest.to(key, base.entries().keySet())) + "Remove this line, or correct the key.");
        }
    }

    private static boolean isNothing(Written value) {
        return value instanceof Written.Scalar scalar && scalar.form() == Written.Form.NOTHING;
    }
}
