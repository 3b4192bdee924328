package dev.holdfast.engines;

import dev.holdfast.text.Resource;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files that lie beside an engine's classes. */
public final class Beside {
    private Beside() {}

    public static String text(Class<?> type, String name) {
        return Resource.beside(type, name);
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
