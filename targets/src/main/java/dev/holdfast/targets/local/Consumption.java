package dev.holdfast.targets.local;

import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Stack;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the services of one stack use of the machine, and how they are kept from using more. */
public final class Consumption {
    private final StackFolder folder;
    private final Stack stack;

    Consumption(StackFolder folder, Stack stack) {
        this.folder = folder;
        this.stack = stack;
    }

    /**
     * What the processes of a service have used since they began.
     *
     * @param memory what they have of their own now, without what they share: a cache that is there for all of them stays as it
     *     was made
     */
    public record Used(Duration cpu, Duration throttled, long memory) {}

    public Used used(String service, List<Running> running) {
        Set<Long> processes = processes(running);
        long ticks = processes.stream().mapToLong(Processes::ticks).sum();
        return new Used(
                Duration.ofMillis(ticks * 10),
                Limits.ofThisMachine().throttled(group(service)),
                processes.stream().mapToLong(Processes::ownMemory).sum());
    }

    /** Keeps the processes of a service within limits, as far as this machine lets it. Repeating it costs little. */
    public void limit(String service, List<Running> running, Cpu cores, Bytes memory) {
        Limits.ofThisMachine().set(group(service), cores.millis(), memory.count(), processes(running));
    }

    /** Nothing holds the processes of the service back any more. */
    public void lift(String service) {
        Limits.ofThisMachine().lift(group(service));
    }

    /** Removes the groups in which no process is left, whatever the file says by now. */
    void tidy() {
        Limits limits = Limits.ofThisMachine();
        limits.groups(group("")).forEach(limits::tidy);
    }

    /** Two homes may have a stack of one name. */
    private String group(String service) {
        return Integer.toHexString(folder.root().hashCode()) + "-" + stack.name() + "-" + service;
    }

    /** The processes of these members that live. */
    private static Set<Long> processes(List<Running> members) {
        Set<Long> roots = new HashSet<>();
        members.stream().filter(Members::isRunning).forEach(running -> {
            roots.add(running.launcher().pid());
            running.init().ifPresent(init -> roots.add(init.pid()));
        });
        return roots.isEmpty() ? Set.of() : Processes.tree(Processes.all(), roots);
    }
}
