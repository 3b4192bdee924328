package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs the host's package tools by argument lists, with a deadline, in the C locale. An interrupt or an overrun kills
 * the children and everything they started.
 */
final class Tools {
    private static final int LONGEST_OUTPUT = 4 << 20;

    private final Map<String, String> environment;

    Tools(Map<String, String> environment) {
        this.environment = new TreeMap<>(environment);
        // the messages of apt and Maven are read: they must not be translated
        this.environment.put("LC_ALL", "C");
        this.environment.put("LANGUAGE", "C");
        this.environment.put("DEBIAN_FRONTEND", "noninteractive");
    }

    /** What a tool said and how it ended. */
    record Outcome(int status, String output) {
        boolean succeeded() {
            return status == 0;
        }

        List<String> lines() {
            return output.lines().toList();
        }

        /** The last thing it said, for an error text. */
        String lastWords() {
            List<String> lines = output.lines().filter(l -> !l.isBlank()).toList();
            return lines.isEmpty()
                    ? "no output, exit status " + status
                    : lines.getLast().strip();
        }
    }

    /** A variable of the environment, empty where it is not set. */
    String variable(String name) {
        return environment.getOrDefault(name, "");
    }

    /** The full path of a program of the host, or the refusal that names the package it comes in. */
    String locate(String program, String debianPackage) {
        for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
            if (Files.isExecutable(candidate)) {
                return candidate.toAbsolutePath().toString();
            }
        }
        throw Refusals.of(
                Code.HF3001,
                "the program '" + program + "' is not on the PATH of this machine",
                "Install it (on Debian and Ubuntu: apt-get install " + debianPackage + ") and run the command again.");
    }

    Outcome run(List<String> command, Path folder, Map<String, String> extra, Duration limit) {
        return pipe(List.of(command), folder, extra, limit);
    }

    /** Runs commands with the output of each as the input of the next; fails when any of them failed. */
    Outcome pipe(List<List<String>> commands, Path folder, Map<String, String> extra, Duration limit) {
        List<ProcessBuilder> builders = new ArrayList<>();
        for (List<String> command : commands) {
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            builder.environment().putAll(extra);
            builders.add(builder);
        }
        builders.getFirst()
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builders.getLast().redirectErrorStream(true);
        List<Process> processes;
        try {
            processes = ProcessBuilder.startPipeline(builders);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return outcome(processes, limit);
    }

    /** What a task of this package came to, or the refusal it ended with. */
    static <T> T result(Future<T> task) throws IOException {
        try {
            return task.get();
        } catch (InterruptedException e) {
            throw Refusals.interrupted();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException refusal -> throw refusal;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    private static Outcome outcome(List<Process> processes, Duration limit) {
        List<FutureTask<String>> readers = new ArrayList<>();
        for (Process process : processes) {
            boolean last = process.equals(processes.getLast());
            var reader = new FutureTask<>(() -> read(last ? process.getInputStream() : process.getErrorStream()));
            Thread.ofVirtual().start(reader);
            readers.add(reader);
        }
        try {
            long deadline = System.nanoTime() + limit.toNanos();
            int status = 0;
            for (Process process : processes) {
                if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    kill(processes);
                    return new Outcome(124, "no answer within " + limit.toSeconds() + " s");
                }
                status = Math.max(status, process.exitValue());
            }
            StringBuilder output = new StringBuilder();
            for (FutureTask<String> reader : readers) {
                output.append(reader.get());
            }
            return new Outcome(status, output.toString());
        } catch (InterruptedException e) {
            kill(processes);
            throw Refusals.interrupted();
        } catch (ExecutionException e) {
            kill(processes);
            throw new UncheckedIOException(new IOException(e.getCause()));
        }
    }

    private static void kill(List<Process> processes) {
        for (Process process : processes) {
            try (Stream<ProcessHandle> descendants = process.descendants()) {
                descendants.toList().forEach(ProcessHandle::destroyForcibly);
            }
            process.destroyForcibly();
        }
        // the folder they wrote to is about to be deleted: wait until they are really gone
        for (Process process : processes) {
            process.onExit()
                    .orTimeout(5, TimeUnit.SECONDS)
                    .exceptionally(e -> process)
                    .join();
        }
    }

    private static String read(InputStream stream) throws IOException {
        try (stream) {
            byte[] head = stream.readNBytes(LONGEST_OUTPUT);
            stream.transferTo(java.io.OutputStream.nullOutputStream());
            return new String(head, StandardCharsets.UTF_8);
        }
    }
}
