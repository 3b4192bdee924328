package dev.holdfast.targets.local;

import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Support;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.door.Door;
import dev.holdfast.targets.local.door.Doorkeeper;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The doors of one stack's members that may sleep, and the note of those that do. Safe for several threads. */
public final class Doors {
    private final StackFolder folder;
    private final Doorkeeper keeper;
    private final Enclosure enclosure;
    private final Map<String, Door> open = new ConcurrentHashMap<>();

    Doors(StackFolder folder, Doorkeeper keeper, Enclosure enclosure) {
        this.folder = folder;
        this.keeper = keeper;
        this.enclosure = enclosure;
    }

    /** One that sleeps, since when and why. */
    public record Asleep(String service, Instant since, String because) {}

    /** Where the clients of a service that may sleep come in; none where it never sleeps. */
    static List<Sleeping.Doorway> doorways(Register register, Service<?> service) {
        return service.suspend().isEmpty() ? List.of() : ways(Bound.of(register, service));
    }

    private static <S extends Record> List<Sleeping.Doorway> ways(Bound<S> bound) {
        return bound.engine().provisioning().sleeping(bound.service())
                        instanceof Support.Offered<Sleeping<S>>(Sleeping<S> sleeping)
                ? sleeping.doorways(bound.service())
                : List.of();
    }

    /** The door of that port, opened where it is not. */
    public Door door(String member, int port) {
        return open.computeIfAbsent(member + ":" + port, any -> {
            Path place = folder.door(member);
            try {
                Disk.folder(place, enclosure.owner());
                Door door = keeper.open(place, port);
                Disk.give(door.path(), enclosure.owner());
                return door;
            } catch (IOException cannot) {
                throw Disk.failure(place, 0, cannot);
            }
        });
    }

    /** Whether a port is taken by us alone, so that its member can have it. */
    boolean holds(int port) {
        return open.values().stream().anyMatch(door -> door.port() == port && door.hasSocket());
    }

    /** What a member sees of its doors; they are opened, so that it finds them. */
    Optional<Enclosure.AtDoor> seenBy(String member, Stack stack, Register register, Map<String, Integer> ports) {
        boolean any = false;
        boolean says = false;
        for (Service<?> service : stack.services().values()) {
            for (Sleeping.Doorway way : doorways(register, service)) {
                Integer port = ports.get(way.port());
                if (way.member().equals(member) && port != null) {
                    door(member, port);
                    any = true;
                    says |= way.saysWhenItServes();
                }
            }
        }
        return any ? Optional.of(new Enclosure.AtDoor(folder.door(member), says, Optional.empty())) : Optional.empty();
    }

    /** Gives up this door. */
    public void close(String member, int port) {
        Optional.ofNullable(open.remove(member + ":" + port)).ifPresent(Door::close);
    }

    public void closeAll() {
        open.values().forEach(Door::close);
        open.clear();
    }

    /** Clients connected to these ports, without the daemon, and without the processes of these members. */
    public int clients(Set<Integer> ports, List<Running> uncounted) {
        return count(ports, uncounted, Set.of(ProcessHandle.current().pid()));
    }

    /** The same with the daemon: whoever waits at a door that no engine serves. */
    public int waiting(Set<Integer> ports, List<Running> uncounted) {
        return count(ports, uncounted, Set.of());
    }

    /** How many connections wait at a port that no engine serves, whoever made them. */
    public int queued(int port) {
        return Clients.queued(port);
    }

    private static int count(Set<Integer> ports, List<Running> uncounted, Set<Long> more) {
        // mostly there is nobody, and then it need not be asked who it is
        int all = Clients.count(ports, Set.of());
        if (all == 0 || (uncounted.isEmpty() && more.isEmpty())) {
            return all;
        }
        Set<Long> roots = new HashSet<>();
        uncounted.forEach(running -> {
            roots.add(running.launcher().pid());
            running.init().ifPresent(init -> roots.add(init.pid()));
        });
        Set<Long> processes = roots.isEmpty() ? new HashSet<>() : Processes.tree(Processes.all(), roots);
        processes.addAll(more);
        return Clients.count(ports, processes);
    }

    /** Writes down which services sleep, for whoever looks after the stack next. */
    public void remember(List<Asleep> asleep) {
        if (asleep.isEmpty()) {
            Disk.remove(folder.asleep().path());
            return;
        }
        List<Json> items = new ArrayList<>();
        asleep.forEach(one -> items.add(Json.object()
                .put("service", one.service())
                .put("since", one.since().toString())
                .put("because", one.because())
                .build()));
        folder.asleep().write(Json.object().put("asleep", Json.array(items)).build());
    }

    public List<Asleep> remembered() {
        return folder.asleep()
                .read(json -> json.itemsAt("asleep").stream()
                        .map(item -> new Asleep(
                                StateFile.requireText(item, "service"),
                                Instant.parse(StateFile.requireText(item, "since")),
                                StateFile.requireText(item, "because")))
                        .toList())
                .orElse(List.of());
    }

    /** The folder with the certificate that the member shows. */
    public Path tls(String member) {
        return folder.tls(member);
    }
}
