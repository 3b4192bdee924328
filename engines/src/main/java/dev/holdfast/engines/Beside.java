package dev.holdfast.engines;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files that lie beside an engine's classes. */
public final class Beside {
    private Beside() {}

    public static String text(Class<?> type, String name) {
        try (InputStream in = type.getResourceAsStream(name)) {
            if (in == null) {
                throw new HoldfastException(Problem.of(
                        Code.HF9001,
                        name + " is not beside " + type.getName(),
                        "Please report this: the build left a file out."));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A YAML file that is a table: a name, and what is said of it. */
    public static SortedMap<String, Map<String, ?>> table(Class<?> type, String name) {
        SortedMap<String, Map<String, ?>> table = new TreeMap<>();
        Object root = new Load(LoadSettings.builder().build()).loadFromString(text(type, name));
        for (Map.Entry<?, ?> row : ((Map<?, ?>) root).entrySet()) {
            Map<String, Object> words = new TreeMap<>();
            ((Map<?, ?>) row.getValue()).forEach((key, value) -> words.put(String.valueOf(key), value));
            table.put(String.valueOf(row.getKey()), words);
        }
        return table;
    }
}
