package dev.holdfast.engine;

import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Catalogue.Reach;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a restore will use and bring, known before it begins.
 *
 * @param base the backup it starts from
 * @param changes what is replayed on top, for people: {@code 17 files of the write-ahead log, … to …}; empty for nothing
 * @param until the moment it comes up as, as far as that is known
 * @param reach the moments that could have been asked for
 * @param bytes what it takes on the disk, {@code fetched} what is read from the store
 * @param steps how much there is to replay, in the engine's own unit
 * @param words what the engine needs to know to do it
 * @param notes what else a person should know, each a sentence
 */
public record Restoration(
        Point base,
        String changes,
        Optional<Instant> until,
        Optional<Reach> reach,
        long bytes,
        long fetched,
        long steps,
        SortedMap<String, String> words,
        List<String> notes) {
    public Restoration {
        words = Collections.unmodifiableSortedMap(new TreeMap<>(words));
        notes = List.copyOf(notes);
    }

    public Restoration with(SortedMap<String, String> others) {
        return new Restoration(base, changes, until, reach, bytes, fetched, steps, others, notes);
    }

    public Restoration noted(String more) {
        List<String> all = new ArrayList<>(notes);
        all.add(more);
        return new Restoration(base, changes, until, reach, bytes, fetched, steps, words, all);
    }

    /** What to come up as. */
    public sealed interface Target {
        /** All that was archived. */
        record Latest() implements Target {}

        /** All that was committed until then. */
        record At(Instant moment) implements Target {}

        /** A place in the engine's own log. */
        record Position(String text) implements Target {}

        /** A point somebody named. */
        record Named(String name) implements Target {}

        /** One backup as it was when it ended. */
        record Exactly(String id) implements Target {}
    }

    /** What a check of a restored copy found; {@code faults} is empty where all is well. */
    public record Verdict(List<String> found, List<String> faults) {
        public Verdict {
            found = List.copyOf(found);
            faults = List.copyOf(faults);
        }
    }
}
