package dev.holdfast.cli;

import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Surroundings;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs typical command lines in one process while the JDK records what they load; never part of a command. The daemon is
 * being trained beside it, and is stopped at the end.
 */
public final class Rehearsal {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration STEP = Duration.ofMillis(20);

    private Rehearsal() {}

    /** Takes the folder of an example stack and the process of the daemon; without a daemon the rest is rehearsed. */
    public static void main(String[] words) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Surroundings surroundings = Main.surroundings(nowhere, nowhere);
        Application application = new Application(surroundings);
        awaitDaemon(surroundings, Long.parseLong(words[1]));
        for (List<String> line : lines(words[0])) {
            application.run(line);
        }
        application.run(List.of("daemon", "stop"));
    }

    private static List<List<String>> lines(String example) {
        return List.of(
                List.of("--help"),
                List.of("status", "--help"),
                List.of("statsu"),
                List.of("version"),
                List.of("status", "nothing"),
                List.of("status"),
                List.of("ps"),
                List.of("stacks"),
                List.of("env", "nothing"),
                List.of("why", "main", "--stack", "nothing"),
                List.of("plan", "nothing"),
                List.of("logs", "--stack", "nothing"),
                List.of("up", Path.of(example, "nothing").toString()),
                List.of("validate", example),
                List.of("validate", example, "--env", "production", "--resolved"),
                List.of("daemon", "status"));
    }

    private static void awaitDaemon(Surroundings surroundings, long process) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (Daemon.running(surroundings).isEmpty()
                && System.nanoTime() < end
                && ProcessHandle.of(process).isPresent()) {
            LockSupport.parkNanos(STEP.toNanos());
        }
    }
}
