package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.door.Doorkeeper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Starts processes from one thread that lives as long as the launcher: a sandbox tied to its parent would otherwise die
 * with the thread that happened to start it. One a daemon.
 */
public final class Launcher implements AutoCloseable {
    private static final ProcessBuilder.Redirect NOTHING = ProcessBuilder.Redirect.from(new File("/dev/null"));

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("launcher").daemon().factory());

    private final Doorkeeper doorkeeper = new Doorkeeper();

    /** Who keeps the listening sockets of the engines that this one starts. */
    Doorkeeper doorkeeper() {
        return doorkeeper;
    }

    /** Both outputs go to the end of {@code log}; nothing is inherited from the environment of this process. */
    public Process start(List<String> command, Map<String, String> environment, Path log) {
        return onThread(() -> launched(
                command, environment, NOTHING, ProcessBuilder.Redirect.appendTo(log.toFile()), "'" + log + "'"));
    }

    private Process onThread(Supplier<Process> launch) {
        try {
            return CompletableFuture.supplyAsync(launch, thread).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof HoldfastException refused) {
                throw refused;
            }
            throw e;
        }
    }

    /** Both outputs are the caller's to read. */
    Process piped(List<String> command, Map<String, String> environment) {
        return onThread(() -> launched(command, environment, NOTHING, ProcessBuilder.Redirect.PIPE, "its programs"));
    }

    /** The same, and the input is the caller's to write. */
    Process fed(List<String> command, Map<String, String> environment) {
        ProcessBuilder.Redirect pipe = ProcessBuilder.Redirect.PIPE;
        return onThread(() -> launched(command, environment, pipe, pipe, "its programs"));
    }

    private static Process launched(
            List<String> command,
            Map<String, String> environment,
            ProcessBuilder.Redirect input,
            ProcessBuilder.Redirect output,
            String what) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(input)
                .redirectErrorStream(true)
                .redirectOutput(output);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3109,
                            "'" + command.getFirst() + "' cannot be started: " + e.getMessage(),
                            "Install the package util-linux, which has setsid and flock, and check that " + what
                                    + " can be used."),
                    e);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        doorkeeper.close();
    }
}
