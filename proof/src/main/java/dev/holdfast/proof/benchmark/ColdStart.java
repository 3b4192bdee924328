package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The first start of a new user. */
final class ColdStart {
    private ColdStart() {}

    /** From a fresh clone and an empty cache to a running stack; once, because it fetches everything. */
    static void measure(Path root, Page page) throws IOException {
        Path folder = Files.createTempDirectory("hf-cold");
        Path clone = folder.resolve("clone");
        long begin = System.nanoTime();
        wait(List.of("git", "clone", "--quiet", root.toString(), clone.toString()));
        try (Installation cold =
                new Installation(clone.resolve("holdfast"), folder.resolve("home"), folder.resolve("cache"))) {
            Files.createDirectories(cold.home());
            cold.run(clone, "version").orFail();
            long built = System.nanoTime();
            cold.run(clone, "engines", "install", "stacks/starter").orFail();
            long installed = System.nanoTime();
            cold.run(clone, "up", "stacks/starter").orFail();
            long up = System.nanoTime();
            page.add(new Row(
                    "cold: fresh clone, empty engine cache, to all ready",
                    Samples.single((up - begin) / 1e9),
                    "s",
                    Optional.empty(),
                    "reported",
                    true,
                    "git clone … && ./holdfast up stacks/starter"));
            page.remark(String.format(
                    java.util.Locale.ROOT,
                    "the cold start's parts: clone and build %.0f s (Maven's own repository was warm), engines fetched, verified "
                            + "and unpacked %.0f s, first `up` with initdb, certificates, roles and buckets %.1f s",
                    (built - begin) / 1e9,
                    (installed - built) / 1e9,
                    (up - installed) / 1e9));
        }
    }

    private static void wait(List<String> command) throws IOException {
        try {
            if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                throw new AssertionError("failed: " + command);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
