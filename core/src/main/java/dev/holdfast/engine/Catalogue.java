package dev.holdfast.engine;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a service can be brought back from, the oldest first.
 *
 * @param where the place it is kept in, for people
 * @param reach the moments that can be reached; empty where only the points themselves can
 */
public record Catalogue(String where, List<Point> points, Optional<Reach> reach) {
    public Catalogue {
        points = List.copyOf(points);
    }

    public Optional<Point> find(String id) {
        return points.stream().filter(point -> point.id().equals(id)).findFirst();
    }

    /** What was saved of a service: everything, or what changed since another point, or what it says in its own words. */
    public enum Kind {
        FULL,
        DIFFERENTIAL,
        INCREMENTAL,
        LOGICAL;

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /** The kind of that word, or of its first letters from four on. */
        public static Optional<Kind> of(String word) {
            for (Kind kind : values()) {
                if (word.length() >= 4 && kind.word().startsWith(word)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * One backup.
     *
     * @param bytes what it saves, {@code stored} what that takes in the store beyond the points it builds on
     * @param basis the point it cannot do without
     * @param facts what the engine says of it, by name
     * @param fault what is known to be wrong with it
     */
    public record Point(
            String id,
            Kind kind,
            Instant begun,
            Instant ended,
            long bytes,
            long stored,
            Optional<String> basis,
            SortedMap<String, String> facts,
            Optional<String> fault) {
        public Point {
            facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
        }
    }

    /** From the end of the first backup to what was archived last. */
    public record Reach(Instant earliest, Instant latest) {
        public boolean contains(Instant moment) {
            return !moment.isBefore(earliest) && !moment.isAfter(latest);
        }

        @Override
        public String toString() {
            return earliest + " to " + latest;
        }
    }
}
