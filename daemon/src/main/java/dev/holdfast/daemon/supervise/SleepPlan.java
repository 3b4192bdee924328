package dev.holdfast.daemon.supervise;

import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Sleeping.Doorway;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the file says of it: after how long, through which doors, with which members.
 *
 * @param collectors members of other services whose connections only collect figures
 */
record SleepPlan(Duration idle, List<Way> ways, List<String> members, List<String> collectors) {
    SleepPlan {
        collectors = List.copyOf(collectors);
        ways = List.copyOf(ways);
        members = List.copyOf(members);
    }

    Set<Integer> ports() {
        Set<Integer> ports = new TreeSet<>();
        ways.forEach(way -> ports.add(way.port()));
        return ports;
    }

    /** Whether its own engine does; companions may not. */
    boolean ownServe(Board board) {
        return own().allMatch(way -> board.get(way.member()).isServing());
    }

    /** The member of its own engine that was given up. */
    Optional<MemberState> ownFailed(Board board) {
        return own().map(way -> board.get(way.member()))
                .filter(member -> member.phase() == MemberState.Phase.FAILED)
                .findFirst();
    }

    /** Whether all run, companions as well. */
    boolean runs(Board board) {
        return ways.stream().allMatch(way -> board.get(way.member()).phase() == MemberState.Phase.RUNNING);
    }

    /** Whether nothing of it is on its way up. */
    boolean isSettled(Board board) {
        return members.stream()
                .map(member -> board.get(member).phase())
                .allMatch(phase -> phase == MemberState.Phase.RUNNING
                        || phase == MemberState.Phase.FAILED
                        || phase == MemberState.Phase.STOPPED);
    }

    private Stream<Way> own() {
        return ways.stream().filter(Way::isOwn);
    }

    /** Who is started first: its own engine, and who was knocked at; all with a door where nobody was. */
    Set<String> first(Optional<Way> knocked) {
        Set<String> first = new TreeSet<>();
        ways.stream()
                .filter(way -> way.isOwn() || knocked.isEmpty() || knocked.get().isAt(way))
                .forEach(way -> first.add(way.member()));
        return first;
    }

    /** What its status says while it sleeps. */
    String asleep(Instant since, String because) {
        List<String> ports = ports().stream().map(String::valueOf).toList();
        return "asleep since " + since.truncatedTo(ChronoUnit.SECONDS) + " because " + because
                + "; a connection to port " + String.join(" or ", ports) + " wakes it";
    }

    /** The doors of this plan that the other has not. */
    List<Way> without(SleepPlan other) {
        return ways.stream()
                .filter(way -> other.ways().stream().noneMatch(way::isAt))
                .toList();
    }

    /**
     * One door with the engine that answers there.
     *
     * @param isOwn whether it is the service's own engine, and not a companion's
     */
    record Way(Doorway doorway, int port, boolean isOwn, Refusal refusal) {
        String member() {
            return doorway.member();
        }

        /** Whether it is the same door, however it is answered there. */
        boolean isAt(Way other) {
            return member().equals(other.member()) && port == other.port;
        }
    }

    /** How the engine behind a door turns a client away. */
    interface Refusal {
        void tell(Sleeping.Talk client, String cause) throws IOException;
    }
}
