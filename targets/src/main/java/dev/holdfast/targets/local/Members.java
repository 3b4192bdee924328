package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Enclosure.Invocation;
import dev.holdfast.targets.local.Processes.Stat;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of one stack's members. Each is a session of its own that holds the lock of its data folder, and nothing
 * ties it to this process: whoever comes next finds it by what {@code run/<member>.json} says.
 */
final class Members {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);
    private static final String MARK = "HOLDFAST_MEMBER";
    private static final int TELLING = 12;
    private static final Duration APPEARANCE = Duration.ofSeconds(20);
    private static final Duration KILL = Duration.ofSeconds(10);

    private final StackFolder folder;
    private final Launcher launcher;
    private final InstantSource clock;
    private final Map<ProcessId, Process> children = new ConcurrentHashMap<>();
    private final AtomicBoolean paused = new AtomicBoolean();
    private final Map<String, Object> starting = new ConcurrentHashMap<>();

    Members(StackFolder folder, Launcher launcher, InstantSource clock) {
        this.folder = folder;
        this.launcher = launcher;
        this.clock = clock;
    }

    /** What is recorded of a start besides the processes. */
    record Start(
            Workload workload,
            Invocation enclosed,
            String programs,
            String command,
            SortedMap<String, Integer> ports,
            Facts facts) {}

    /** Nothing of the member may be left from before: see {@link #sweep}. */
    Running start(Start start) {
        synchronized (starting(start.workload().member().name())) {
            return started(start);
        }
    }

    private Running started(Start start) {
        String member = start.workload().member().name();
        Process process = launched(member, start.enclosed());
        ProcessId first = Processes.identify(process.pid()).orElseThrow(() -> notStarted(member, process));
        Sandboxed inner = inner(member, process);
        Running running = new Running(
                member,
                first,
                Optional.of(inner.init()),
                inner.engine(),
                Processes.bootId(),
                start.programs(),
                start.command(),
                start.ports(),
                clock.instant(),
                start.workload().stop(),
                start.workload().reload(),
                start.facts());
        try {
            var _ = record(running);
        } catch (HoldfastException cannotBeFoundAgain) {
            sweep(member, Optional.of(running));
            throw cannotBeFoundAgain;
        }
        children.put(first, process);
        return running;
    }

    /** Runs the command in its sandbox to its end, under the same lock as the member itself. */
    void run(String member, Invocation enclosed, Duration patience) {
        sweep(member, Optional.empty());
        Process process = launched(member, enclosed);
        boolean ended = false;
        try {
            ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            sweep(member, Optional.empty());
        }
        if (!ended || process.exitValue() != 0) {
            throw failed(
                    Code.HF3108,
                    member,
                    "the data folder of " + member + " could not be filled: "
                            + (ended ? "its command ended with status " + process.exitValue() : "it did not end"));
        }
        sweep(member, Optional.empty());
    }

    /** Whether they are stopped for a moment, in which none must be asked, started or given up. */
    boolean isPaused() {
        return paused.get();
    }

    void paused(boolean now) {
        paused.set(now);
    }

    Running record(Running running) {
        Disk.folder(folder.root().resolve("run"), Disk.OURS);
        folder.runFile(running.member()).write(RunFile.json(running));
        return running;
    }

    Optional<Running> find(String member) {
        return recorded(member).filter(Members::isRunning);
    }

    /** What was last recorded of the member, whether that still runs or not. */
    Optional<Running> recorded(String member) {
        return folder.runFile(member).read(RunFile::of);
    }

    static boolean isRunning(Running running) {
        return running.bootId().equals(Processes.bootId())
                && Processes.isAlive(running.launcher())
                && Processes.isAlive(running.engine());
    }

    CompletableFuture<Ended> onExit(Running running) {
        Process child = children.get(running.launcher());
        CompletableFuture<OptionalInt> status = child != null
                ? child.onExit().thenApply(process -> OptionalInt.of(process.exitValue()))
                : endOfAdopted(running);
        return status.thenApplyAsync(
                known -> {
                    try {
                        forget(running);
                    } catch (HoldfastException remains) {
                        // the next start or stop meets the same and is refused with it
                        LOG.atError()
                                .addKeyValue("member", running.member())
                                .setCause(remains)
                                .log("not swept");
                    }
                    return new Ended.Exited(known);
                },
                task -> Thread.ofVirtual().name("swept").start(task));
    }

    private static CompletableFuture<OptionalInt> endOfAdopted(Running running) {
        CompletableFuture<OptionalInt> status = new CompletableFuture<>();
        // blocks in the kernel, so it must not be a virtual thread: that would pin a carrier
        Thread.ofPlatform().daemon().name("await-" + running.member()).start(() -> {
            boolean ended = false;
            while (!ended) {
                ended = Processes.awaitEnd(running.launcher(), Duration.ofHours(1));
            }
            status.complete(OptionalInt.empty());
        });
        return status;
    }

    Ended stop(Running running) {
        Duration patience = running.stop().patience();
        Optional<Process> child = Optional.ofNullable(children.get(running.launcher()));
        Processes.signal(running.engine(), running.stop().signal().number());
        boolean ended = Processes.awaitEnd(running.launcher(), patience);
        forget(running);
        if (!ended) {
            return new Ended.Killed(patience);
        }
        return new Ended.Exited(child.map(Members::status).orElse(OptionalInt.empty()));
    }

    boolean reload(Running running) {
        return Processes.signal(running.engine(), Unix.SIGHUP);
    }

    long memory(Running running) {
        if (!isRunning(running)) {
            return 0;
        }
        Set<Long> roots = new HashSet<>();
        roots.add(running.launcher().pid());
        running.init().ifPresent(init -> roots.add(init.pid()));
        return Processes.tree(Processes.all(), roots).stream()
                .mapToLong(Processes::memory)
                .sum();
    }

    /** As {@link #sweep}; cheap where nothing is recorded of it and nobody holds its lock, as every process of it does. */
    void sweepWhatIsLeft(String member) {
        Optional<Running> known = recorded(member);
        if (known.isPresent() || FileLocks.holder(folder.dataLock(member)).isPresent()) {
            sweep(member, known);
        }
    }

    /** Ends all that is left of the member, whoever started it. Throws where something stays. */
    void sweep(String member, Optional<Running> known) {
        Optional<Running> here = known.filter(running -> running.bootId().equals(Processes.bootId()));
        Set<ProcessId> left = left(member, here);
        long deadline = System.nanoTime() + KILL.toNanos();
        while (!left.isEmpty()) {
            if (System.nanoTime() > deadline) {
                requireNone(member, left);
            }
            // the first process of a namespace takes everything in it along, and cannot be outrun by a fork
            left.forEach(process -> Processes.signal(process, Unix.SIGKILL));
            left.forEach(process -> Processes.awaitEnd(process, Duration.ofSeconds(1)));
            left = left(member, here);
        }
    }

    static void requireNone(String member, Set<ProcessId> left) {
        for (ProcessId one : left) {
            throw new HoldfastException(Problem.of(
                    Code.HF3110,
                    left.size() + " processes of " + member + " did not end when killed, among them " + one.pid(),
                    "See what they wait for (cat /proc/" + one.pid()
                            + "/stack as root); a disk or a network file system that hangs is the usual cause."));
        }
    }

    /** The living processes of the member: those that carry its mark or hold its lock, and their children. */
    Set<ProcessId> left(String member, Optional<Running> known) {
        Map<Long, Stat> all = Processes.all();
        String mark = MARK + "=" + mark(member);
        Set<Long> roots = new HashSet<>();
        known.ifPresent(running -> {
            roots.addAll(alive(all, running.launcher()));
            running.init().ifPresent(init -> roots.addAll(alive(all, init)));
            roots.addAll(alive(all, running.engine()));
        });
        all.keySet().stream().filter(pid -> Processes.hasEnvironment(pid, mark)).forEach(roots::add);
        roots.addAll(FileLocks.openedBy(folder.dataLock(member), all.keySet()));
        Set<Long> tree = Processes.tree(all, roots);
        all.values().stream()
                .filter(stat -> tree.contains(stat.session()))
                .forEach(stat -> tree.add(stat.id().pid()));
        Set<ProcessId> left = new HashSet<>();
        tree.forEach(pid -> Optional.ofNullable(all.get(pid)).ifPresent(stat -> left.add(stat.id())));
        return left;
    }

    private static Set<Long> alive(Map<Long, Stat> all, ProcessId process) {
        Stat stat = all.get(process.pid());
        return stat != null && stat.id().equals(process) ? Set.of(process.pid()) : Set.of();
    }

    /**
     * Two threads learn of the end of a process that was stopped, and by the time of the second the member may run anew:
     * what carries its mark then must stay.
     */
    private void forget(Running running) {
        String member = running.member();
        synchronized (starting(member)) {
            boolean same = recorded(member)
                    .filter(now -> now.launcher().equals(running.launcher()))
                    .isPresent();
            if (same) {
                sweep(member, Optional.of(running));
                children.remove(running.launcher());
                Disk.remove(folder.run(member));
            }
        }
    }

    /** Held while a member starts and while the traces of its end are removed. */
    private Object starting(String member) {
        return starting.computeIfAbsent(member, any -> new Object());
    }

    private Process launched(String member, Invocation enclosed) {
        LogFile log = LogFile.of(folder.log(member));
        log.create();
        log.rotateIfLarge();
        Disk.folder(folder.volume(), Disk.OURS);
        Map<String, String> environment = new TreeMap<>(enclosed.environment());
        environment.put(MARK, mark(member));
        return launcher.start(enclosed.arguments(), environment, folder.log(member));
    }

    /** What each process of the member has in its environment. */
    Map.Entry<String, String> marking(String member) {
        return Map.entry(MARK, mark(member));
    }

    private String mark(String member) {
        return folder.root().resolve(member).toString();
    }

    /** The two processes of a sandbox that matter besides its launcher. */
    private record Sandboxed(ProcessId init, ProcessId engine) {}

    private Sandboxed inner(String member, Process process) {
        long deadline = System.nanoTime() + APPEARANCE.toNanos();
        int depth = Processes.pids(process.pid()).size();
        while (process.isAlive() && System.nanoTime() < deadline) {
            Optional<Sandboxed> found = Processes.children(process.pid()).stream()
                    .filter(child -> Processes.pids(child).size() > depth)
                    .findFirst()
                    .flatMap(Members::inside);
            if (found.isPresent()) {
                return found.get();
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
        HoldfastException problem = notStarted(member, process);
        sweep(member, Optional.empty());
        throw problem;
    }

    /** The engine is the process that the first one of the namespace starts first. */
    private static Optional<Sandboxed> inside(long init) {
        long engine = Processes.children(init).stream()
                .mapToLong(Long::longValue)
                .filter(pid -> last(Processes.pids(pid)) == 2)
                .findFirst()
                .orElse(-1);
        Optional<ProcessId> first = Processes.identify(init);
        Optional<ProcessId> second = Processes.identify(engine);
        return first.isPresent() && second.isPresent()
                ? Optional.of(new Sandboxed(first.get(), second.get()))
                : Optional.empty();
    }

    private static long last(List<Long> pids) {
        return pids.isEmpty() ? 0 : pids.getLast();
    }

    private HoldfastException notStarted(String member, Process process) {
        if (process.isAlive()) {
            return failed(Code.HF3109, member, member + " did not start within " + APPEARANCE.toSeconds() + "s");
        }
        Optional<Long> holder = FileLocks.holder(folder.dataLock(member));
        String how = holder.isPresent()
                ? member + " did not start: process " + holder.get() + " holds its data folder '"
                        + folder.volume(member) + "'"
                : member + " ended with status " + process.exitValue() + " while it was starting";
        return failed(Code.HF3109, member, how);
    }

    private HoldfastException failed(Code code, String member, String cause) {
        if (Disk.isFull(folder.volume())) {
            return new HoldfastException(Disk.full(folder.volume(member)));
        }
        // a program that tidied up after itself has made room again by now
        if (LogFile.of(folder.log(member)).tail(TELLING).contains("No space left on device")) {
            return new HoldfastException(Disk.tooSmall(folder.volume(member)));
        }
        String last = LogFile.of(folder.log(member)).tail(3);
        return new HoldfastException(Problem.of(
                code,
                cause + (last.isEmpty() ? "" : "; its last words: " + last),
                "Read '" + folder.log(member) + "', correct what it names and run 'holdfast up' again."));
    }

    private static OptionalInt status(Process process) {
        try {
            return process.waitFor(1, TimeUnit.SECONDS) ? OptionalInt.of(process.exitValue()) : OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }
}
