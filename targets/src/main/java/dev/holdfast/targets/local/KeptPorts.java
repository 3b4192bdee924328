package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Member;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The ports of one stack and the file that keeps them. */
final class KeptPorts {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Home home;
    private final StackFolder folder;
    private volatile Ports ports;

    private final Doors doors;

    KeptPorts(Home home, StackFolder folder, Doors doors) {
        this.home = home;
        this.doors = doors;
        this.folder = folder;
        this.ports = folder.keptPorts().read(Ports::of).orElse(Ports.none());
    }

    Doors doors() {
        return doors;
    }

    SortedMap<String, Integer> of(String member) {
        return ports.of(member);
    }

    int require(String member, String port) {
        return ports.find(member, port)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF9001,
                        "nothing was said of a port '" + port + "' of member '" + member + "'",
                        "Please report this: an engine asked for an address it had not announced.")));
    }

    /** Gives ports to the members that have none; one lock for all stacks, so that no two choose the same. */
    void complete(List<Member> members, Members processes) {
        try (Lease lease = Lease.await(home.data().resolve("ports.lock"), "the giving out of ports", PATIENCE)) {
            assert lease != null;
            Ports known = withRunning(members, processes);
            Ports completed = known.completed(folder.name(), members, home.ports(), keptByOthers(), Sockets::isFree);
            if (!completed.equals(folder.keptPorts().read(Ports::of).orElse(Ports.none()))) {
                folder.keptPorts().write(completed.json());
            }
            ports = completed;
        }
    }

    /** Throws a problem for each port of the member, which does not run, that a foreign process holds. */
    void requireOurs(String member, Members processes) {
        if (processes.find(member).isPresent()) {
            return;
        }
        Problems problems = new Problems();
        of(member).forEach((name, number) -> {
            if (!Sockets.isFree(number) && !doors.holds(number)) {
                Sockets.Holder holder = Sockets.holder(number);
                boolean ours = processes.left(member, processes.recorded(member)).stream()
                        .anyMatch(process -> holder.pid().equals(Optional.of(process.pid())));
                if (!ours) {
                    problems.add(holder.problem(member, name, number));
                }
            }
        });
        problems.throwIfAny();
    }

    /** Gives new ports to every member that does not run and whose port somebody else holds; returns those members. */
    List<String> reassign(List<Member> members, Members processes) {
        List<String> reassigned = new ArrayList<>();
        for (Member member : members) {
            String name = member.name();
            if (isBlocked(name) && processes.find(name).isEmpty()) {
                processes.sweep(name, processes.recorded(name));
                if (isBlocked(name)) {
                    drop(name);
                    reassigned.add(name);
                }
            }
        }
        complete(members, processes);
        return List.copyOf(reassigned);
    }

    private boolean isBlocked(String member) {
        return of(member).values().stream().anyMatch(port -> !Sockets.isFree(port) && !doors.holds(port));
    }

    void drop(String member) {
        ports = ports.without(member);
        folder.keptPorts().write(ports.json());
    }

    /** A member that runs has its ports, even if the file that kept them was set aside. */
    private Ports withRunning(List<Member> members, Members processes) {
        SortedMap<String, SortedMap<String, Integer>> known = new TreeMap<>(ports.byMember());
        for (Member member : members) {
            if (!known.containsKey(member.name())) {
                processes.find(member.name()).ifPresent(running -> known.put(member.name(), running.ports()));
            }
        }
        return new Ports(known);
    }

    private Set<Integer> keptByOthers() {
        Set<Integer> kept = new TreeSet<>();
        for (StackFolder other : home.stacks()) {
            if (!other.name().equals(folder.name())) {
                kept.addAll(numbers(other));
            }
        }
        return kept;
    }

    /** Another stack's damaged file is that stack's problem, told when it is used; it must not keep this one down. */
    private static Set<Integer> numbers(StackFolder other) {
        try {
            return other.keptPorts().read(Ports::of).orElse(Ports.none()).numbers();
        } catch (HoldfastException unreadable) {
            return Set.of();
        }
    }
}
