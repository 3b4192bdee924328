package dev.holdfast.engines.postgres;

import dev.holdfast.engines.Beside;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The extensions a stack file may name, with what each of them needs of the server: {@code extensions.yaml}. */
public record PostgresExtensions(SortedMap<String, Extension> byName) {
    public PostgresExtensions {
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
    }

    /**
     * @param single whether only one database of a server can have it
     * @param requires extensions that have to be created before it
     */
    public record Extension(
            String name,
            Optional<String> debianPackage,
            Optional<String> preload,
            Optional<String> schema,
            boolean single,
            Optional<String> note,
            List<String> requires) {}

    public static PostgresExtensions known() {
        SortedMap<String, Extension> byName = new TreeMap<>();
        Beside.table(PostgresExtensions.class, "extensions.yaml")
                .forEach((name, words) -> byName.put(
                        name,
                        new Extension(
                                name,
                                text(words, "package"),
                                text(words, "preload"),
                                text(words, "schema"),
                                Boolean.TRUE.equals(words.get("single")),
                                text(words, "note"),
                                words.get("requires") instanceof List<?> list
                                        ? list.stream().map(String::valueOf).toList()
                                        : List.of())));
        return new PostgresExtensions(byName);
    }

    Optional<Extension> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    private static Optional<String> text(Map<String, ?> words, String key) {
        return Optional.ofNullable(words.get(key)).map(String::valueOf);
    }
}
