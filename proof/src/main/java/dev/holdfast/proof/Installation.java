package dev.holdfast.proof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One Holdfast of its own: a home folder with its own daemon, stacks and ports, driven through {@code ./holdfast} as a
 * person would. All installations of a run share one cache of engines, so that only the first fetches them.
 */
public final class Installation implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int PORTS = 2_000;

    private final Path home;
    private final Path launcher;
    private final Map<String, String> environment;
    private final List<String> behind;

    public Installation(Path launcher, Path home, Path cache) {
        this(launcher, home, environment(home, cache), List.of());
    }

    private Installation(Path launcher, Path home, Map<String, String> environment, List<String> behind) {
        this.launcher = launcher;
        this.home = home;
        this.environment = new TreeMap<>(environment);
        this.behind = List.copyOf(behind);
    }

    /** Homes of tests that run beside one another, each in a process of its own, share no ports. */
    private static Map<String, String> environment(Path home, Path cache) {
        Map<String, String> environment =
                new TreeMap<>(Map.of("HOLDFAST_HOME", home.toString(), "HOLDFAST_CACHE", cache.toString()));
        int beside = Integer.getInteger("holdfast.fork", 1) - 1;
        if (beside > 0) {
            // below those that are given where nothing is said
            int first = 15_000 - beside * PORTS;
            environment.put("HOLDFAST_PORTS", first + "-" + (first + PORTS - 1));
        }
        return environment;
    }

    /** The same installation with another variable in the environment of its commands. */
    public Installation with(String name, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(name, value);
        return new Installation(launcher, home, more, behind);
    }

    /** The same installation with all its commands run behind a prefix ({@code setpriv …}), to be another user. */
    public Installation behind(List<String> prefix) {
        return new Installation(launcher, home, environment, prefix);
    }

    public Path home() {
        return home;
    }

    /** Runs the command to its end; whatever it printed is in the outcome. */
    public Outcome run(Path directory, String... arguments) {
        try {
            Path out = Files.createTempFile("holdfast-out", "");
            Path err = Files.createTempFile("holdfast-err", "");
            Process process = builder(directory, arguments)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("no end of " + String.join(" ", arguments) + " within " + PATIENCE + "\n"
                        + Files.readString(out) + Files.readString(err));
            }
            Outcome outcome = new Outcome(process.exitValue(), read(out), read(err));
            Files.delete(out);
            Files.delete(err);
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts the command and returns at once; both its outputs go to the file. */
    public Process start(Path directory, Path output, String... arguments) {
        try {
            return builder(directory, arguments)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the daemon and every stack it knows, whatever state they are in. */
    @Override
    public void close() {
        // nothing goes before what was made from it
        List<String> before = List.of();
        List<String> names = stacks();
        while (!names.isEmpty() && !names.equals(before)) {
            names.reversed().forEach(name -> run(home, "down", name, "--purge", "--confirm", name));
            before = names;
            names = stacks();
        }
        run(home, "daemon", "stop");
    }

    private List<String> stacks() {
        Outcome stacks = run(home, "stacks", "--output", "json");
        return stacks.status() == 0
                ? stacks.json().itemsAt("stacks").stream()
                        .map(stack -> stack.textAt("name").orElseThrow())
                        .toList()
                : List.of();
    }

    private ProcessBuilder builder(Path directory, String... arguments) {
        List<String> command = new ArrayList<>(behind);
        command.add(launcher.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("NO_COLOR", "1");
        builder.redirectInput(Path.of("/dev/null").toFile());
        return builder;
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
