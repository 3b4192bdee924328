package dev.holdfast.daemon.supervise;

import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Sleeping.Doorway;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

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

    /**
     * One door with the engine that answers there.
     *
     * @param isOwn whether it is the service's own engine, and not a companion's
     */
    record Way(Doorway doorway, int port, boolean isOwn, Refusal refusal) {}

    /** How the engine behind a door turns a client away. */
    interface Refusal {
        void tell(Sleeping.Talk client, String cause) throws IOException;
    }
}
