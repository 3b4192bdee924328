package dev.holdfast.daemon.supervise;

import dev.holdfast.targets.local.Running;
import dev.holdfast.targets.local.door.Door;
import dev.holdfast.targets.local.door.Guest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All doors of one service at once. */
final class Entrances {
    /** An engine that serves gives its socket back in a few milliseconds; one that has none of ours never does. */
    private static final Duration RECLAIM = Duration.ofSeconds(1);

    private static final Duration GOODBYES = Duration.ofMillis(500);

    private final Supplier<Site> site;
    private final Turned turned;

    Entrances(Supplier<Site> site, Turned turned) {
        this.site = site;
        this.turned = turned;
    }

    /**
     * An earlier daemon gave the engine its sockets, which are asked back, so that it can sleep without a gap. Without them
     * the ports are bound anew when it sleeps, and who connects in the moments before that is turned away.
     */
    void reclaim(SleepPlan plan) throws InterruptedException {
        for (SleepPlan.Way way : plan.ways()) {
            var _ = door(way).reclaim(RECLAIM);
        }
    }

    void hold(SleepPlan plan) {
        plan.ways().forEach(way -> door(way).hold());
    }

    void holdCompanions(SleepPlan plan) {
        plan.ways().stream()
                .filter(way -> !way.isOwn())
                .forEach(way -> door(way).hold());
    }

    void release(SleepPlan plan) {
        plan.ways().forEach(way -> door(way).release());
    }

    void take(SleepPlan plan) {
        plan.ways().forEach(way -> door(way).take());
    }

    void watch(SleepPlan plan, Consumer<SleepPlan.Way> knocked) {
        plan.ways().forEach(way -> watch(way, knocked));
    }

    void watch(SleepPlan.Way way, Consumer<SleepPlan.Way> knocked) {
        door(way).watch(() -> knocked.accept(way));
    }

    void unwatch(SleepPlan plan) {
        plan.ways().forEach(way -> door(way).unwatch());
    }

    void close(SleepPlan plan) {
        plan.ways().forEach(this::close);
    }

    void close(SleepPlan.Way way) {
        site.get().doors().close(way.member(), way.port());
    }

    /** Connected clients; neither Holdfast's own connections count nor those of these processes. */
    int clients(SleepPlan plan, List<Running> uncounted) {
        return site.get().doors().clients(plan.ports(), uncounted);
    }

    /** The same, but who has just said goodbye may still be seen for a moment. */
    int afterGoodbyes(SleepPlan plan, List<Running> uncounted) throws InterruptedException {
        long end = System.nanoTime() + GOODBYES.toNanos();
        int connected = clients(plan, uncounted);
        while (connected > 0 && System.nanoTime() < end) {
            Thread.sleep(20);
            connected = clients(plan, uncounted);
        }
        return connected;
    }

    /** Clients in the queue; Holdfast's own connections count here, because it makes none without need. */
    int waiting(SleepPlan plan, List<Running> uncounted) {
        return site.get().doors().waiting(plan.ports(), uncounted);
    }

    /** How many connections wait at this door, whoever made them. */
    int queued(SleepPlan.Way way) {
        return site.get().doors().queued(way.port());
    }

    /** Disconnects the first of the queue; who came later stays in it. At least one, whom the kernel may have forgotten. */
    void disconnect(SleepPlan.Way way, int count) {
        for (int i = 0; i < Math.max(1, count); i++) {
            door(way).next().ifPresent(Guest::close);
        }
    }

    /** Tells all that wait now. */
    void turnAway(SleepPlan.Way way, String words) {
        Door door = door(way);
        door.take();
        Optional<Guest> guest = door.next();
        while (guest.isPresent()) {
            turned.away(
                    guest.get(),
                    way.refusal(),
                    site.get().doors().tls(way.doorway().member()),
                    words);
            guest = door.next();
        }
    }

    private Door door(SleepPlan.Way way) {
        return site.get().doors().door(way.doorway().member(), way.port());
    }
}
