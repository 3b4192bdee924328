package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code ./verify --benchmarks [PART …]}: measures what the issues promise and writes these parts of the page. */
public final class Benchmarks {
    private Benchmarks() {}

    /** The root of the tree, the cache of engines, and the words of the parts; all of them where none is said. */
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]).toAbsolutePath().normalize();
        Path cache = Path.of(arguments[1]).toAbsolutePath().normalize();
        List<Part> parts = parts(Arrays.asList(arguments).subList(2, arguments.length));
        Path file = root.resolve("docs/benchmarks.md");
        for (Part part : parts) {
            Path home = Files.createTempDirectory("hf-bench");
            try (Installation installation = new Installation(root.resolve("holdfast"), home, cache)) {
                // each is written as soon as it is there: a later one that fails takes nothing with it
                Pages.write(file, part, part.measured(root, installation));
            }
        }
    }

    private static List<Part> parts(List<String> words) {
        List<Part> parts = new ArrayList<>();
        for (String word : words) {
            parts.add(Part.of(word)
                    .orElseThrow(() -> new IllegalArgumentException("'" + word + "' is none of "
                            + Part.ALL.stream().map(Part::word).toList())));
        }
        return parts.isEmpty() ? Part.ALL : parts;
    }
}
