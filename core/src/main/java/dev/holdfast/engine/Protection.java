package dev.holdfast.engine;

import dev.holdfast.plan.Change;
import dev.holdfast.stack.Cron;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;

/**
 * How a service is saved, and brought back beside what is there. Whoever calls sees to it that one service is saved,
 * thinned out or checked by one caller at a time; reading the catalogue may go on meanwhile.
 */
public interface Protection<S extends Record> {
    /** What the engine can save and restore, each a sentence. */
    List<String> promises(Service<S> service);

    /** Whether the file asks for it. What follows refuses a service of which it does not. */
    boolean isAsked(Service<S> service);

    /** Which backups are due when. */
    List<Schedule> schedules(Service<S> service);

    /** What is missing in the running service for saving to work. Changes nothing. */
    List<Change> changes(Service<S> service, Context context);

    /** What {@link #changes} would say of a service just begun. Pure. */
    List<Change> fromNothing(Service<S> service, Context context);

    /** Does one change. Doing it twice is harmless. */
    void apply(Change change, Service<S> service, Bench bench) throws InterruptedException;

    /** Saves the service now; what an interrupted one left is used or removed. */
    Catalogue.Point create(Service<S> service, Saving saving, Bench bench) throws InterruptedException;

    Catalogue catalogue(Service<S> service, Bench bench) throws InterruptedException;

    /** Removes the backups that no rule of the file keeps and no kept one needs; with {@code dry} only says which. */
    List<String> expire(Service<S> service, boolean dry, Bench bench) throws InterruptedException;

    /** A kind of backup and when it is due. */
    record Schedule(Catalogue.Kind kind, Cron cron) {}

    /**
     * What is to be saved.
     *
     * @param part which part of the service, in its own words, for a LOGICAL one
     */
    record Saving(Catalogue.Kind kind, Optional<Part> part) {
        public static Saving of(Catalogue.Kind kind) {
            return new Saving(kind, Optional.empty());
        }
    }

    /** A part of what a service holds; without tables all of them. */
    record Part(Optional<String> database, Extent extent, List<String> tables) {
        public Part {
            tables = List.copyOf(tables);
        }
    }

    /** Shape, content, or both. */
    enum Extent {
        ALL,
        SCHEMA,
        DATA
    }
}
