package dev.holdfast.targets.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The processes of this machine as /proc shows them. What vanishes while it is looked at counts as not there; a zombie
 * counts as dead, because it can neither serve nor be signalled ({@code kill -0} would say otherwise).
 */
final class Processes {
    private static final Path PROC = Path.of("/proc");

    private Processes() {}

    /** One line of {@code /proc/<pid>/stat}. */
    record Stat(ProcessId id, char state, long parent, long session) {
        boolean isAlive() {
            return state != 'Z' && state != 'X';
        }
    }

    static Optional<Stat> stat(long pid) {
        return text(PROC.resolve(pid + "/stat")).flatMap(line -> parse(pid, line));
    }

    /** The name in the second field may hold spaces and parentheses, so the fields are counted from its end. */
    static Optional<Stat> parse(long pid, String line) {
        int end = line.lastIndexOf(')');
        if (end < 0 || end + 2 >= line.length()) {
            return Optional.empty();
        }
        String[] fields = line.substring(end + 2).strip().split(" ", -1);
        if (fields.length < 20) {
            return Optional.empty();
        }
        return Optional.of(new Stat(
                new ProcessId(pid, Long.parseLong(fields[19])),
                fields[0].charAt(0),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[3])));
    }

    /** Time on processors of the process and of those children that it has seen end, in hundredths of a second. */
    static long ticks(long pid) {
        return text(PROC.resolve(pid + "/stat"))
                .map(line -> line.substring(line.lastIndexOf(')') + 2).strip().split(" ", -1))
                .filter(fields -> fields.length > 14)
                .map(fields -> Long.parseLong(fields[11])
                        + Long.parseLong(fields[12])
                        + Long.parseLong(fields[13])
                        + Long.parseLong(fields[14]))
                .orElse(0L);
    }

    static Optional<ProcessId> identify(long pid) {
        return stat(pid).filter(Stat::isAlive).map(Stat::id);
    }

    static boolean isAlive(ProcessId process) {
        return identify(process.pid()).filter(process::equals).isPresent();
    }

    /** Whether no thread of it runs, nor will before somebody continues it. */
    static boolean isStopped(long pid) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
            for (Path thread : threads) {
                Optional<Character> state = text(thread.resolve("stat"))
                        .flatMap(line -> parse(pid, line))
                        .map(Stat::state);
                if (state.isPresent() && "TtZX".indexOf(state.get()) < 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException gone) {
            return true;
        }
    }

    /** Sends the signal to exactly this process; whether it got it. */
    static boolean signal(ProcessId process, int signal) {
        int descriptor = Unix.open(process.pid());
        if (descriptor < 0) {
            return false;
        }
        try {
            // the descriptor is fixed to whoever has the pid now; if that is still ours, it stays ours
            return isAlive(process) && Unix.signal(descriptor, signal);
        } finally {
            Unix.close(descriptor);
        }
    }

    /** Waits until the process has ended; whether it has. */
    static boolean awaitEnd(ProcessId process, Duration patience) {
        int descriptor = Unix.open(process.pid());
        if (descriptor < 0) {
            return true;
        }
        try {
            long deadline = System.nanoTime() + patience.toNanos();
            while (isAlive(process)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // a second at most, so that an interrupt of this thread is seen
                Unix.awaitEnd(descriptor, Math.clamp(left / 1_000_000 + 1, 1, 1000));
                if (Thread.currentThread().isInterrupted()) {
                    return !isAlive(process);
                }
            }
            return true;
        } finally {
            Unix.close(descriptor);
        }
    }

    /** Every living process by pid. */
    static Map<Long, Stat> all() {
        Map<Long, Stat> all = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                long pid = Long.parseLong(entry.getFileName().toString());
                stat(pid).filter(Stat::isAlive).ifPresent(stat -> all.put(pid, stat));
            }
        } catch (IOException e) {
            throw Disk.failure(PROC, 0, e);
        }
        return all;
    }

    /** The processes that descend from any of these, themselves included. */
    static Set<Long> tree(Map<Long, Stat> all, Set<Long> roots) {
        Map<Long, List<Long>> children = new HashMap<>();
        all.values()
                .forEach(stat -> children.computeIfAbsent(stat.parent(), parent -> new ArrayList<>())
                        .add(stat.id().pid()));
        Set<Long> tree = new HashSet<>();
        List<Long> waiting = new ArrayList<>(roots);
        while (!waiting.isEmpty()) {
            long pid = waiting.removeLast();
            if (all.containsKey(pid) && tree.add(pid)) {
                waiting.addAll(children.getOrDefault(pid, List.of()));
            }
        }
        return tree;
    }

    /** What a process of one thread has started; the kernel's own list where it keeps one, for all of /proc is much longer. */
    static List<Long> children(long pid) {
        Optional<String> list = text(PROC.resolve(pid + "/task/" + pid + "/children"));
        if (list.isEmpty()) {
            return ProcessHandle.of(pid).stream()
                    .flatMap(ProcessHandle::children)
                    .map(ProcessHandle::pid)
                    .toList();
        }
        List<Long> children = new ArrayList<>();
        for (String word : list.get().split(" ", -1)) {
            if (!word.isBlank()) {
                children.add(Long.parseLong(word.strip()));
            }
        }
        return children;
    }

    /**
     * The pids of the process in each pid namespace it is in, the one of this machine first; empty for one that has gone.
     */
    static List<Long> pids(long pid) {
        List<Long> pids = new ArrayList<>();
        for (String line : text(PROC.resolve(pid + "/status")).orElse("").split("\n", -1)) {
            if (line.startsWith("NSpid:")) {
                for (String each : line.substring("NSpid:".length()).strip().split("\\s+", -1)) {
                    pids.add(Long.parseLong(each));
                }
            }
        }
        return pids;
    }

    /** Whether the process was started with exactly this entry in its environment. */
    static boolean hasEnvironment(long pid, String entry) {
        return ("\0" + text(PROC.resolve(pid + "/environ")).orElse("")).contains("\0" + entry + "\0");
    }

    /** Its share of memory where the kernel tells, else all that it has resident; 0 for one that has gone. */
    static long memory(long pid) {
        Optional<String> rollup = text(PROC.resolve(pid + "/smaps_rollup"));
        if (rollup.isPresent()) {
            OptionalLong share = kibibytes(rollup.get(), "Pss:");
            if (share.isPresent()) {
                return share.getAsLong();
            }
        }
        return kibibytes(text(PROC.resolve(pid + "/status")).orElse(""), "VmRSS:")
                .orElse(0);
    }

    /** What it has of its own, without memory that it shares and files; its share of what it has from its parent. */
    static long ownMemory(long pid) {
        return kibibytes(text(PROC.resolve(pid + "/smaps_rollup")).orElse(""), "Pss_Anon:")
                .orElseGet(() -> kibibytes(text(PROC.resolve(pid + "/status")).orElse(""), "RssAnon:")
                        .orElse(0));
    }

    /** Program name only: arguments of a foreign process may hold its secrets. */
    static String name(long pid) {
        return text(PROC.resolve(pid + "/comm")).map(String::strip).orElse("unknown");
    }

    /** Of this boot: start times count from it, so a pid and start time from another boot mean nothing. */
    static String bootId() {
        return text(PROC.resolve("sys/kernel/random/boot_id"))
                .map(String::strip)
                .orElse("unknown");
    }

    static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException goneOrNotOurs) {
            return Optional.empty();
        }
    }

    private static OptionalLong kibibytes(String text, String key) {
        for (String line : text.split("\n", -1)) {
            if (line.startsWith(key)) {
                String digits = line.substring(key.length()).replace("kB", "").strip();
                return OptionalLong.of(Long.parseLong(digits) * 1024);
            }
        }
        return OptionalLong.empty();
    }
}
