package dev.holdfast.engine;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Resource;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * An engine's {@code parameters.yaml}: for every setting it writes, what it takes to change it and the rule that gives
 * its value. A setting that is not in the file cannot be written, so the file is the whole list.
 */
public record Parameters(String engine, SortedMap<String, Parameter> byKey) {
    public Parameters {
        byKey = Collections.unmodifiableSortedMap(new TreeMap<>(byKey));
    }

    public record Parameter(Setting.Effect effect, String rule) {}

    /** Reads the {@code parameters.yaml} that lies beside the class. */
    public static Parameters beside(Class<?> type) {
        String text = Resource.beside(type, "parameters.yaml");
        SortedMap<String, Parameter> byKey = new TreeMap<>();
        Object root = new Load(LoadSettings.builder().build()).loadFromString(text);
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) root).entrySet()) {
            Map<?, ?> parameter = (Map<?, ?>) entry.getValue();
            Object effect = String.valueOf(parameter.get("effect")).toUpperCase(Locale.ROOT);
            byKey.put(
                    String.valueOf(entry.getKey()),
                    new Parameter(
                            Setting.Effect.valueOf(String.valueOf(effect)), String.valueOf(parameter.get("rule"))));
        }
        return new Parameters(type.getSimpleName(), byKey);
    }

    /** The setting with the rule of the file as its reason. */
    public Setting setting(String key, String value) {
        Parameter parameter = parameter(key);
        return new Setting(key, value, parameter.effect(), parameter.rule());
    }

    /** The setting with a reason that knows the numbers. */
    public Setting setting(String key, String value, String because) {
        return new Setting(key, value, parameter(key).effect(), because);
    }

    private Parameter parameter(String key) {
        Parameter parameter = byKey.get(key);
        if (parameter == null) {
            throw new HoldfastException(Problem.of(
                    Code.HF9001,
                    engine + " writes the setting '" + key + "', which its parameters.yaml does not have",
                    "Please report this: it is a mistake of ours."));
        }
        return parameter;
    }
}
