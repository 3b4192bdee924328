package dev.holdfast.cli.command;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a command may know of the process it runs in; {@code Main} reads it once, tests make their own.
 *
 * @param directory absolute: what relative paths are relative to
 * @param launcher the program that runs Holdfast, where it was started by one
 * @param build which build this is; {@code unbuilt} where no launcher said so
 * @param terminals which of input, output and error are a terminal
 */
public record Surroundings(
        Map<String, String> environment,
        Path directory,
        InputStream in,
        PrintStream out,
        PrintStream err,
        Optional<Path> launcher,
        String build,
        Terminals terminals) {
    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Which of the three are a terminal. */
    public record Terminals(boolean in, boolean out, boolean err) {}

    /** Where this user's state is; {@code HOLDFAST_HOME} first, then the XDG folders, then their defaults. */
    public Path data() {
        return folder("data", "XDG_DATA_HOME", ".local/share");
    }

    /** Where what can be fetched again is kept; {@code HOLDFAST_CACHE} lets several homes share it. */
    public Path cache() {
        String shared = environment.getOrDefault("HOLDFAST_CACHE", "");
        if (!shared.isEmpty()) {
            return directory.resolve(shared).normalize();
        }
        return folder("cache", "XDG_CACHE_HOME", ".cache");
    }

    private Path folder(String name, String xdg, String fallback) {
        String own = environment.getOrDefault("HOLDFAST_HOME", "");
        if (!own.isEmpty()) {
            return directory.resolve(own).resolve(name).normalize();
        }
        // the XDG specification asks to ignore a relative one
        String base = environment.getOrDefault(xdg, "");
        Path root = base.startsWith("/")
                ? Path.of(base)
                : directory.resolve(environment.getOrDefault("HOME", "/")).resolve(fallback);
        return root.resolve("holdfast").normalize();
    }
}
