package dev.holdfast.engine;

import dev.holdfast.plan.Change;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Cron;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

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

    /** Names the state of this moment, so that it can be asked for by that name. */
    void name(String point, Service<S> service, Bench bench) throws InterruptedException;

    /** All that it takes to read the backups from anywhere: the store, the account and the key. */
    SortedMap<String, Redacted> key(Service<S> service, Context context);

    /**
     * What a restore would use. Refuses what cannot be reached, with the nearest that can.
     *
     * @param key of {@link #key}, {@code source} the place of the running service it came from, if it is at hand
     * @param bench beside a member that has the programs, whether it runs or not
     */
    Restoration restoration(
            Service<S> service,
            Restoration.Target target,
            SortedMap<String, Redacted> key,
            Optional<Context> source,
            Bench bench)
            throws InterruptedException;

    /** What fills the members of a derived stack; {@code checked} where what is filled is to be examined as well. */
    List<Filling> fillings(
            Service<S> service, Restoration restoration, SortedMap<String, Redacted> key, boolean checked, Context to);

    /** Reads what is stored of one backup, without restoring it; the faults name what is damaged. */
    Restoration.Verdict examine(Service<S> service, String id, Bench bench) throws InterruptedException;

    /** Compares a copy that serves with what was written down when it was saved. */
    Restoration.Verdict compare(
            Service<S> service, Restoration restoration, SortedMap<String, Redacted> key, Bench copy)
            throws InterruptedException;

    /** Loads what a LOGICAL backup holds into a copy that serves and is empty otherwise. */
    void pour(Service<S> service, Restoration restoration, SortedMap<String, Redacted> key, Bench copy)
            throws InterruptedException;

    /**
     * One table, where it is now.
     *
     * @param left what belonged to it and did not come along, each a sentence without its full stop
     */
    record Brought(String into, List<String> left) {
        public Brought {
            left = List.copyOf(left);
        }
    }

    /** Copies one table of a copy into the running source, under a name nothing there has. */
    Brought bring(Service<S> service, String table, Bench copy, Context source) throws InterruptedException;

    /**
     * Gives a copy that serves the passwords of the place it is to go to, as far as Holdfast itself needs one. Refuses a copy
     * whose further changes would be mistaken for another's where the source is saved. Doing it twice is doing it once.
     */
    void handOver(Service<S> service, Context copy, Bench to) throws InterruptedException;

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
