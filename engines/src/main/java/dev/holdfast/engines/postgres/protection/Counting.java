package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.problem.HoldfastException;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/** Counting the rows of what was just stored: a backup that was not counted is a backup all the same, and says so. */
final class Counting {
    /** The name of the fact that says why. */
    private static final String UNCOUNTED = "uncounted";

    private final Work work;
    private final AtomicReference<Optional<String>> failure = new AtomicReference<>(Optional.empty());

    Counting(Work work) {
        this.work = work;
    }

    interface Work {
        void run() throws InterruptedException;
    }

    void run() throws InterruptedException {
        try {
            work.run();
        } catch (HoldfastException failed) {
            failure.set(Optional.of(failed.problems().getFirst().cause()));
        }
    }

    void late(Duration patience) {
        failure.set(Optional.of("it took longer than " + patience.toMinutes() + " min"));
    }

    Optional<String> failure() {
        return failure.get();
    }

    Point noted(Point point) {
        if (failure().isEmpty()) {
            return point;
        }
        SortedMap<String, String> facts = new TreeMap<>(point.facts());
        facts.put(UNCOUNTED, failure().get());
        return new Point(
                point.id(),
                point.kind(),
                point.begun(),
                point.ended(),
                point.bytes(),
                point.stored(),
                point.basis(),
                facts,
                point.fault());
    }
}
