package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Processes.Stat;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All processes of several members stopped at once. What they have written is then the state of one instant: the one at which
 * the last of them had stopped. They are continued by {@link #close}; by a guard, a process of its own, when this one has
 * ended or the pause has become too long; and, should the guard have been killed as well, by whoever opens the stack next.
 */
public final class Pause implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pause.class);

    /** A process that waits for a disk stops when that has answered. */
    private static final Duration STOPPING = Duration.ofSeconds(10);

    /** It reads which processes to continue until its input ends, which it does with the process that writes it. */
    private static final String GUARD = "p=$(timeout -s KILL \"$0\" cat); kill -CONT $p 2>/dev/null";

    private final StateFile record;
    private final Members members;
    private final SortedMap<String, Running> running;
    private final Process guard;
    private final List<Path> scratch;
    private final Set<ProcessId> stopped = new LinkedHashSet<>();
    private long begun;
    private long ended;
    private boolean isOver;

    private Pause(
            StateFile record, Members members, SortedMap<String, Running> running, Process guard, List<Path> scratch) {
        this.record = record;
        this.members = members;
        this.running = running;
        this.guard = guard;
        this.scratch = List.copyOf(scratch);
    }

    /**
     * Stops those of the members that run.
     *
     * @param scratch files that are to be removed when they go on, whoever continues them
     * @param longest after which they are continued whatever happens
     */
    static Pause begin(StackFolder folder, Members members, Set<String> names, List<Path> scratch, Duration longest) {
        members.paused(true);
        try {
            return begun(folder, members, names, scratch, longest);
        } catch (RuntimeException failed) {
            members.paused(false);
            throw failed;
        }
    }

    private static Pause begun(
            StackFolder folder, Members members, Set<String> names, List<Path> scratch, Duration longest) {
        SortedMap<String, Running> running = found(members, names);
        StateFile record = folder.paused();
        record.write(Json.object()
                .put("bootId", Processes.bootId())
                .put("members", Json.texts(List.copyOf(running.keySet())))
                .put("scratch", Json.texts(scratch.stream().map(Path::toString).toList()))
                .build());
        Pause pause = new Pause(record, members, running, guard(longest), scratch);
        try {
            pause.stop();
            return pause;
        } catch (RuntimeException failed) {
            pause.close();
            throw failed;
        }
    }

    private static SortedMap<String, Running> found(Members members, Set<String> names) {
        SortedMap<String, Running> running = new TreeMap<>();
        names.forEach(name -> members.find(name).ifPresent(found -> running.put(name, found)));
        return running;
    }

    /** Continues what somebody had stopped who is gone. The caller has the stack's lock, so nobody else is at it. */
    static void end(StackFolder folder, Members members) {
        StateFile record = folder.paused();
        Optional<Json> left = record.read(json -> json);
        if (left.isEmpty()) {
            return;
        }
        if (left.get().textAt("bootId").filter(Processes.bootId()::equals).isPresent()) {
            Set<Long> roots = new HashSet<>();
            texts(left.get(), "members")
                    .forEach(name -> members.recorded(name).ifPresent(known -> roots.addAll(roots(known))));
            Map<Long, Stat> all = Processes.all();
            Set<Long> tree = Processes.tree(all, roots);
            tree.forEach(pid ->
                    Optional.ofNullable(all.get(pid)).ifPresent(stat -> Processes.signal(stat.id(), Unix.SIGCONT)));
            LOG.atWarn()
                    .addKeyValue("stack", folder.name())
                    .addKeyValue("processes", tree.size())
                    .log("continued what was stopped by a daemon that has ended");
        }
        texts(left.get(), "scratch").forEach(file -> Disk.remove(Path.of(file)));
        Disk.remove(record.path());
    }

    private static List<String> texts(Json json, String name) {
        List<String> texts = new ArrayList<>();
        for (Json item : json.itemsAt(name)) {
            if (item instanceof Json.Text(String text)) {
                texts.add(text);
            }
        }
        return texts;
    }

    private static Process guard(Duration longest) {
        String seconds = Long.toString(Math.max(1, longest.toSeconds()));
        try {
            return new ProcessBuilder("setsid", "sh", "-c", GUARD, seconds)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3109,
                            "'setsid' cannot be started: " + e.getMessage(),
                            "Install the packages util-linux and coreutils; without a guard nothing is stopped."),
                    e);
        }
    }

    /** The first process of a namespace and all below it; what starts them stays outside. */
    private static Set<Long> roots(Running running) {
        Set<Long> roots = new HashSet<>();
        roots.add(running.engine().pid());
        running.init().ifPresent(init -> roots.add(init.pid()));
        return roots;
    }

    private void stop() {
        Set<Long> roots = new HashSet<>();
        running.values().forEach(one -> roots.addAll(roots(one)));
        Set<ProcessId> next = tree(roots);
        begun = System.nanoTime();
        long end = begun + STOPPING.toNanos();
        // one that was not stopped yet may have started another in the meantime
        while (!next.isEmpty()) {
            tell(next);
            for (ProcessId process : next) {
                Processes.signal(process, Unix.SIGSTOP);
                stopped.add(process);
            }
            awaitStopped(next, end);
            next = tree(roots);
            next.removeAll(stopped);
        }
    }

    private static Set<ProcessId> tree(Set<Long> roots) {
        Map<Long, Stat> all = Processes.all();
        Set<ProcessId> tree = new LinkedHashSet<>();
        for (long pid : Processes.tree(all, roots)) {
            Optional.ofNullable(all.get(pid)).ifPresent(stat -> tree.add(stat.id()));
        }
        return tree;
    }

    /** Before they are stopped: who is told too late could not continue them. */
    private void tell(Set<ProcessId> processes) {
        StringBuilder pids = new StringBuilder();
        processes.forEach(process -> pids.append(process.pid()).append('\n'));
        try {
            OutputStream input = guard.getOutputStream();
            input.write(pids.toString().getBytes(StandardCharsets.US_ASCII));
            input.flush();
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3221,
                            "the guard that would continue the members has ended: " + e.getMessage(),
                            "Run the command again; nothing was stopped for longer than a moment."),
                    e);
        }
    }

    private static void awaitStopped(Set<ProcessId> processes, long end) {
        for (ProcessId process : processes) {
            while (Processes.isAlive(process) && !Processes.isStopped(process.pid())) {
                if (System.nanoTime() > end) {
                    throw new HoldfastException(Problem.of(
                            Code.HF3221,
                            "process " + process.pid() + " (" + Processes.name(process.pid()) + ") did not stop within "
                                    + STOPPING.toSeconds() + " s",
                            "It waits for a disk or a file system that does not answer (cat /proc/" + process.pid()
                                    + "/stack as root); all others go on again. Run the command again when it does."));
                }
                LockSupport.parkNanos(100_000);
            }
        }
    }

    /** Throws where one of them was continued, or started anew, before the end: what was read since is of no use. */
    public void requireHeld() {
        boolean held = guard.isAlive() && found(members, running.keySet()).equals(running);
        for (ProcessId process : stopped) {
            held &= !Processes.isAlive(process) || Processes.isStopped(process.pid());
        }
        if (!held) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3221,
                            "the pause ended after " + length().toMillis() + " ms before all data was cloned",
                            "Run the command again. Where the volume can only copy, see 'holdfast volumes' for one that clones."));
        }
    }

    /** How long it lasts, or lasted; nothing where no member ran. */
    public Duration length() {
        return begun == 0 || stopped.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos((isOver ? ended : System.nanoTime()) - begun);
    }

    /** Has all of them go on; returns for how long they had not. */
    public Duration end() {
        close();
        return length();
    }

    /** Has all of them go on. Doing it twice is harmless. */
    @Override
    public void close() {
        if (isOver) {
            return;
        }
        stopped.forEach(process -> Processes.signal(process, Unix.SIGCONT));
        ended = System.nanoTime();
        isOver = true;
        members.paused(false);
        try {
            guard.getOutputStream().close();
            guard.waitFor(1, TimeUnit.SECONDS);
        } catch (IOException alreadyGone) {
            LOG.atDebug().setCause(alreadyGone).log("the guard had ended");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        scratch.forEach(Disk::remove);
        Disk.remove(record.path());
    }
}
