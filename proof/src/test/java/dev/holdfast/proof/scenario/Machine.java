package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** What the kernel says of processes, and what an administrator does to a machine. */
final class Machine {
    private static final Duration SOON = Duration.ofSeconds(30);

    private Machine() {}

    static boolean isRoot() {
        return field(ProcessHandle.current().pid(), "Uid").startsWith("0\t");
    }

    /** A line of {@code /proc/<pid>/status} without its name; empty where there is none. */
    static String field(long pid, String name) {
        return read(Path.of("/proc/" + pid + "/status"))
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** Real user of the process. */
    static int user(long pid) {
        return Integer.parseInt(field(pid, "Uid").split("\t", -1)[0]);
    }

    /** Sends the signal and returns at once. */
    static void signal(long pid, String signal) {
        run("kill", "-s", signal, Long.toString(pid));
    }

    /** Kills the process and waits until it has gone. */
    static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        Await.until("process " + pid + " is gone", SOON, () -> hasEnded(pid), () -> field(pid, "State"));
    }

    private static boolean hasEnded(long pid) {
        String state = field(pid, "State");
        return state.isEmpty() || state.startsWith("Z");
    }

    static long daemon(Installation installation) {
        return installation
                .run(installation.home(), "daemon", "status", "--output", "json")
                .orFail()
                .json()
                .longAt("pid")
                .orElseThrow();
    }

    /** Command lines, after the pid, of everything that runs out of this installation's home. */
    static List<String> processes(Installation installation) {
        String mark = installation.home().toString();
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .map(process -> process.pid() + " "
                        + read(Path.of("/proc/" + process.pid() + "/cmdline")).replace('\0', ' '))
                .filter(line -> line.contains(mark))
                .toList();
    }

    /** The processes of the home that are engines, and no commands of a person. */
    static List<String> engines(Installation installation) {
        return processes(installation).stream()
                .filter(line -> line.contains("bwrap"))
                .toList();
    }

    static void awaitNoProcess(Installation installation) {
        Await.until(
                "no process of the installation is left",
                SOON,
                () -> processes(installation).isEmpty(),
                () -> String.join("\n", processes(installation)));
    }

    /** Runs a program of the machine that has to succeed, and returns what it printed. */
    static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue())
                    .as(String.join(" ", command) + "\n" + output)
                    .isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Every file below, with its owner and mode, as {@code ls} words them. */
    static Map<Path, String> modes(Path root) {
        return run("find", root.toString(), "-not", "-type", "l", "-printf", "%U %m %p\\n")
                .lines()
                .map(line -> line.split(" ", 3))
                .collect(Collectors.toMap(
                        parts -> Path.of(parts[2]), parts -> parts[0] + " " + parts[1], (one, other) -> one));
    }

    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
