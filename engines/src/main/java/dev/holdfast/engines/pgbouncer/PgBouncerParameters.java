package dev.holdfast.engines.pgbouncer;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engines.Beside;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What PgBouncer can be told, read from {@code parameters.yaml}. */
record PgBouncerParameters(SortedMap<String, Parameter> byName) {
    PgBouncerParameters {
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
    }

    /** @param form a regular expression for its values; {@code owned} says why a stack file may not set it */
    record Parameter(Setting.Effect effect, Optional<String> form, Optional<String> owned, Optional<String> rule) {}

    static PgBouncerParameters known() {
        SortedMap<String, Parameter> byName = new TreeMap<>();
        Beside.table(PgBouncerParameters.class, "parameters.yaml").forEach((name, words) -> {
            String effect = String.valueOf(words.get("effect")).toUpperCase(Locale.ROOT);
            byName.put(
                    name,
                    new Parameter(
                            Setting.Effect.valueOf(effect),
                            text(words, "form"),
                            text(words, "owned"),
                            text(words, "rule")));
        });
        return new PgBouncerParameters(byName);
    }

    private static Optional<String> text(Map<String, ?> words, String key) {
        return Optional.ofNullable(words.get(key)).map(String::valueOf);
    }

    Setting setting(String name, String value) {
        Parameter parameter = byName.get(name);
        if (parameter == null || parameter.rule().isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF9001,
                    "PgBouncer's setting '" + name + "' is written without a rule in parameters.yaml",
                    "Please report this: it is a mistake of ours."));
        }
        return new Setting(name, value, parameter.effect(), parameter.rule().get());
    }
}
