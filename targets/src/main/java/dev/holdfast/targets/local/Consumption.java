package dev.holdfast.targets.local;

import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Stack;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the services of one stack use of the machine, and how they are kept from using more. */
public final class Consumption {
    private final StackFolder folder;
    private final Stack stack;
    private final Members members;

    Consumption(StackFolder folder, Stack stack, Members members) {
        this.folder = folder;
        this.stack = stack;
        this.members = members;
    }

    /** What the processes of a service have used since they began; the memory is what they have now. */
    public record Used(Duration cpu, Duration throttled, long memory) {}

    public Used used(String service, List<Running> running) {
        Set<Long> processes = Members.processes(running);
        long ticks = processes.stream().mapToLong(Processes::ticks).sum();
        return new Used(
                Duration.ofMillis(ticks * 10),
                members.limits().throttled(group(service)),
                processes.stream().mapToLong(Processes::memory).sum());
    }

    /** Keeps the processes of a service within limits, as far as this machine lets it. Repeating it costs little. */
    public void limit(String service, List<Running> running, Cpu cores, Bytes memory) {
        members.limits().set(group(service), cores.millis(), memory.count(), Members.processes(running));
    }

    /** Removes the groups in which no process is left. */
    void tidy() {
        stack.services().values().stream()
                .filter(service -> service.resources().compute().isPresent())
                .forEach(service -> members.limits().tidy(group(service.name())));
    }

    /** Two homes may have a stack of one name. */
    private String group(String service) {
        return Integer.toHexString(folder.root().hashCode()) + "-" + stack.name() + "-" + service;
    }
}
