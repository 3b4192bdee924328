package dev.holdfast.targets.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's limits on the processes of services: a control group a service, of version 2 where one was delegated to this process
 * with its controllers, of version 1 where its folders can be written; otherwise none, with a reason. Never a step on which anything
 * else depends: what cannot be limited runs unlimited, and is said to.
 */
public final class Limits {
    private static final Logger LOG = LoggerFactory.getLogger(Limits.class);
    private static final String OURS = "holdfast";
    private static final long PERIOD_MICROS = 100_000;

    /** The least the kernel takes. */
    private static final long LEAST_MICROS = 1_000;

    private final Optional<Path> cpu;
    private final Optional<Path> memory;
    private final boolean unified;
    private final String because;

    private Limits(Optional<Path> cpu, Optional<Path> memory, boolean unified, String because) {
        this.cpu = cpu;
        this.memory = memory;
        this.unified = unified;
        this.because = because;
    }

    static Limits ofThisMachine() {
        return Here.LIMITS;
    }

    /** Looked for when somebody first asks. */
    private static final class Here {
        static final Limits LIMITS = here();
    }

    public static Limits here() {
        return of(Path.of("/sys/fs/cgroup"), text(Path.of("/proc/self/cgroup")));
    }

    /**
     * @param root where control groups are mounted
     * @param self what the kernel says of the groups of this process, a line a hierarchy
     */
    static Limits of(Path root, String self) {
        if (Files.isRegularFile(root.resolve("cgroup.controllers"))) {
            return unified(root, self);
        }
        Optional<Path> cpu = hierarchy(root, self, "cpu", "cpu.cfs_quota_us");
        Optional<Path> memory = hierarchy(root, self, "memory", "memory.limit_in_bytes");
        return new Limits(
                cpu,
                memory,
                false,
                cpu.isPresent()
                        ? ""
                        : "the control groups of this machine belong to somebody else; run the daemon as root or in a delegated group");
    }

    private static Limits unified(Path root, String self) {
        String own = self.lines()
                .filter(line -> line.startsWith("0::"))
                .findFirst()
                .map(line -> line.substring(3))
                .orElse("/");
        Path base = root.resolve(own.substring(own.startsWith("/") ? 1 : 0));
        String controllers = text(base.resolve("cgroup.controllers"));
        if (!List.of(controllers.strip().split(" ", -1)).contains("cpu")) {
            return none("no processor controller was delegated to " + own
                    + "; systemd delegates one with Delegate=cpu memory in the unit of the daemon");
        }
        // only a group without processes of its own hands controllers on; the root is exempt
        boolean handed = write(base.resolve("cgroup.subtree_control"), "+cpu +memory")
                || write(base.resolve("cgroup.subtree_control"), "+cpu");
        Path ours = base.resolve(OURS);
        if (!handed || !folder(ours) || !write(ours.resolve("cgroup.subtree_control"), "+cpu")) {
            return none(
                    "the group " + own
                            + " has processes of its own and hands no controller on; give the daemon a delegated group to itself");
        }
        boolean memory = write(ours.resolve("cgroup.subtree_control"), "+memory");
        return new Limits(Optional.of(ours), memory ? Optional.of(ours) : Optional.empty(), true, "");
    }

    private static Limits none(String because) {
        return new Limits(Optional.empty(), Optional.empty(), false, because);
    }

    private static Optional<Path> hierarchy(Path root, String self, String controller, String file) {
        String own = self.lines()
                .map(line -> line.split(":", 3))
                .filter(parts ->
                        parts.length == 3 && List.of(parts[1].split(",", -1)).contains(controller))
                .findFirst()
                .map(parts -> parts[2])
                .orElse("/");
        Path base = root.resolve(controller).resolve(own.substring(own.startsWith("/") ? 1 : 0));
        // in a container the path is that of the host, which is not seen here
        Path there = Files.isDirectory(base) ? base : root.resolve(controller);
        Path ours = there.resolve(OURS);
        return folder(ours) && Files.isWritable(ours.resolve(file)) ? Optional.of(ours) : Optional.empty();
    }

    /** Whether processors are limited here. */
    public boolean areEnforced() {
        return cpu.isPresent();
    }

    /** Why they are not. */
    public String because() {
        return because;
    }

    /** Gives the group of that name its limits, and takes those processes into it. Repeating it costs little. */
    public void set(String group, long cpuMillis, long memoryBytes, Collection<Long> processes) {
        cpu.ifPresent(root -> {
            Path folder = root.resolve(group);
            folder(folder);
            long quota = Math.max(LEAST_MICROS, cpuMillis * PERIOD_MICROS / 1000);
            if (unified) {
                limit(folder.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
            } else {
                limit(folder.resolve("cpu.cfs_period_us"), Long.toString(PERIOD_MICROS));
                limit(folder.resolve("cpu.cfs_quota_us"), Long.toString(quota));
            }
            take(folder, processes);
        });
        memory.ifPresent(root -> {
            Path folder = root.resolve(group);
            folder(folder);
            limit(folder.resolve(unified ? "memory.high" : "memory.limit_in_bytes"), Long.toString(memoryBytes));
            if (!unified) {
                take(folder, processes);
            }
        });
    }

    /** Takes the limits of the group away, and has its processes belong to whom they belonged before. */
    public void lift(String group) {
        cpu.ifPresent(root -> lift(root, group, unified ? "cpu.max" : "cpu.cfs_quota_us", unified ? "max" : "-1"));
        memory.ifPresent(
                root -> lift(root, group, unified ? "memory.high" : "memory.limit_in_bytes", unified ? "max" : "-1"));
        tidy(group);
    }

    private void lift(Path root, String group, String file, String none) {
        Path folder = root.resolve(group);
        if (!Files.isDirectory(folder)) {
            return;
        }
        // first, because what cannot be moved is not held back either
        limit(folder.resolve(file), unified && file.equals("cpu.max") ? none + " " + PERIOD_MICROS : none);
        List<Long> processes = text(folder.resolve("cgroup.procs"))
                .lines()
                .filter(line -> line.matches("[0-9]+"))
                .map(line -> Long.parseLong(line, 10))
                .toList();
        take(root.resolve("..").normalize(), processes);
    }

    /** The groups that are there whose name begins so. */
    List<String> groups(String prefix) {
        Set<String> found = new TreeSet<>();
        for (Optional<Path> root : List.of(cpu, memory)) {
            root.ifPresent(ours -> {
                try (Stream<Path> folders = Files.list(ours)) {
                    folders.filter(Files::isDirectory)
                            .map(folder -> folder.getFileName().toString())
                            .filter(name -> name.startsWith(prefix))
                            .forEach(found::add);
                } catch (IOException unreadable) {
                    LOG.atDebug().setCause(unreadable).log("the groups cannot be listed");
                }
            });
        }
        return List.copyOf(found);
    }

    private static void limit(Path file, String value) {
        if (!text(file).strip().equals(value) && !write(file, value)) {
            LOG.atWarn().addKeyValue("file", file).addKeyValue("value", value).log("a limit was not taken");
        }
    }

    private static void take(Path folder, Collection<Long> processes) {
        List<String> there = text(folder.resolve("cgroup.procs")).lines().toList();
        for (long process : processes) {
            if (!there.contains(Long.toString(process))) {
                // one that has ended meanwhile is refused, and that is all right
                var _ = write(folder.resolve("cgroup.procs"), Long.toString(process));
            }
        }
    }

    /** For how long processes of the group were kept from a processor. */
    public Duration throttled(String group) {
        return cpu.map(root -> text(root.resolve(group).resolve("cpu.stat")))
                .map(stat -> unified
                        ? Duration.ofNanos(figure(stat, "throttled_usec").orElse(0) * 1000)
                        : Duration.ofNanos(figure(stat, "throttled_time").orElse(0)))
                .orElse(Duration.ZERO);
    }

    /** Removes the group where no process is left in it; one with processes stays, and so do its limits. */
    public void tidy(String group) {
        for (Optional<Path> root : List.of(cpu, memory)) {
            root.ifPresent(ours -> {
                try {
                    Files.deleteIfExists(ours.resolve(group));
                } catch (IOException busy) {
                    LOG.atDebug().setCause(busy).addKeyValue("group", group).log("a group stays");
                }
            });
        }
    }

    private static OptionalLong figure(String stat, String key) {
        return stat.lines()
                .filter(line -> line.startsWith(key + " "))
                .mapToLong(
                        line -> Long.parseLong(line.substring(key.length() + 1).strip()))
                .findFirst();
    }

    private static boolean folder(Path folder) {
        try {
            Files.createDirectories(folder);
            return true;
        } catch (IOException | SecurityException denied) {
            return false;
        }
    }

    private static boolean write(Path file, String value) {
        try {
            Files.writeString(file, value, java.nio.file.StandardOpenOption.WRITE);
            return true;
        } catch (IOException | SecurityException denied) {
            return false;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException | SecurityException unreadable) {
            return "";
        }
    }
}
