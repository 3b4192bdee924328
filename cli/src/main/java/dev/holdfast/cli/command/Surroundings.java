package dev.holdfast.cli.command;

import dev.holdfast.targets.local.Home;
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

    /** Where this user's state is. */
    public Home home() {
        return Home.of(environment);
    }
}
