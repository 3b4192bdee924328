package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@link Programs} in the one way they are written in the lock file; what is read back is equal to what was written. */
record Request(Programs programs) {

    /** Words separated by spaces; no part of a package's or an artifact's name can hold one. */
    String text() {
        return switch (programs) {
            case Programs.Debian(List<String> packages) ->
                "debian " + packages.stream().distinct().collect(Collectors.joining(" "));
            case Programs.Maven maven ->
                "maven " + maven.artifact() + " " + maven.version()
                        + maven.excludes().stream().sorted().map(e -> " -" + e).collect(Collectors.joining())
                        + new TreeMap<>(maven.pins())
                                .entrySet().stream()
                                        .map(p -> " " + p.getKey() + "=" + p.getValue())
                                        .collect(Collectors.joining());
            case Programs.Elsewhere elsewhere -> throw Refusals.elsewhere(elsewhere);
        };
    }

    static Request parse(String text) {
        List<String> words = Arrays.asList(text.split(" ", -1));
        return switch (words.getFirst()) {
            case "debian" ->
                new Request(new Programs.Debian(
                        words.stream().skip(1).filter(w -> !w.isEmpty()).toList()));
            case "maven" -> {
                List<String> excludes = new ArrayList<>();
                TreeMap<String, String> pins = new TreeMap<>();
                for (String word : words.subList(3, words.size())) {
                    if (word.startsWith("-")) {
                        excludes.add(word.substring(1));
                    } else {
                        pins.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
                    }
                }
                yield new Request(new Programs.Maven(words.get(1), words.get(2), excludes, pins));
            }
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** The file name under which {@code current/} knows it. */
    String key() {
        return label() + "-"
                + Folders.sha256("layout " + Roots.LAYOUT + " " + text()).substring(0, 12);
    }

    /** What a person calls it. */
    String label() {
        String name = switch (programs) {
            case Programs.Debian(List<String> packages) -> packages.isEmpty() ? "base" : packages.getFirst();
            case Programs.Maven maven ->
                maven.artifact().substring(maven.artifact().indexOf(':') + 1) + "-" + maven.version();
            case Programs.Elsewhere elsewhere -> throw Refusals.elsewhere(elsewhere);
        };
        return name.replaceAll("[^a-zA-Z0-9.+-]", "-");
    }

    /** The packages its root is resolved from, the base of every image included. */
    List<String> packages() {
        List<String> packages = new ArrayList<>(Roots.BASE);
        switch (programs) {
            case Programs.Debian debian -> packages.addAll(debian.packages());
            // what a JDK and the native parts of jars are linked against
            case Programs.Maven maven -> packages.addAll(List.of("libc6", "zlib1g", "libstdc++6"));
            case Programs.Elsewhere elsewhere -> throw Refusals.elsewhere(elsewhere);
        }
        return packages.stream().distinct().toList();
    }
}
