package dev.holdfast.engine;

import dev.holdfast.plan.Change;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The numbered files that bring what a service keeps apart (a database) to its shape, and how far a server has come with them. What
 * is pending is a change like any other, so that a plan shows it and an up or apply may do it.
 */
public interface Migrations<S extends Record> {
    /** The databases whose files the service names, in the order of their names. Pure. */
    List<String> databases(Service<S> service);

    /** Adds all that is wrong with the files themselves: folder, names, doubles, gaps. Reads them and asks no server. */
    void check(Service<S> service, String database, Problems problems);

    /** What of the files is to be run, for each database one change at most. Changes nothing. */
    List<Change> changes(Service<S> service, Context context);

    /** What {@link #changes} would say of a service just begun. Asks no server. */
    List<Change> fromNothing(Service<S> service, Context context);

    /** Does one change. Doing it twice is harmless. */
    void apply(Change change, Service<S> service, Bench bench) throws InterruptedException;

    /** What keeps the files of the service from being run, each a sentence; only people can put it right. */
    List<String> notes(Service<S> service, Context context);

    /** How each file stands. Changes nothing, and is an answer also where something is wrong. */
    Status status(Service<S> service, String database, Context context);

    /**
     * Runs what is pending, in order, up to and with the version {@code to}. Two at once are safe: the second waits and says for
     * whom. After an interruption it goes on where it stopped.
     */
    Done up(Service<S> service, String database, Optional<String> to, Bench bench, Watcher watcher)
            throws InterruptedException;

    /** Writes the next file, named for its title, and returns where. */
    Path create(Service<S> service, String database, String title, Instant now);

    /**
     * Puts the record of what was applied right where the files are right: changed layout, failed entries, files that are gone. Runs
     * no migration.
     */
    Done repair(Service<S> service, String database, Bench bench);

    /** Takes over what another tool has recorded, up to and with the version {@code at}; that tool's record stays. */
    Done adopt(Service<S> service, String database, Optional<String> at, Bench bench);

    /** Removes everything in the database and builds it anew from the files. Whoever calls has asked for the word. */
    Done reset(Service<S> service, String database, Bench bench, Watcher watcher) throws InterruptedException;

    /** What pending files do, seen on a copy. */
    default Support<Rehearsing<S>> rehearsing() {
        return Support.notOffered(
                "Holdfast does not rehearse migrations of this engine yet",
                "Run them in a copy of the stack first, under another name.");
    }

    /** What a run has done, each a sentence without its full stop, and what it ran. */
    record Done(List<String> sentences, List<Entry> ran) {
        public Done {
            sentences = List.copyOf(sentences);
            ran = List.copyOf(ran);
        }
    }

    /**
     * @param reached the highest version that was applied
     * @param problems what keeps a run from going on
     * @param notes what is worth knowing and keeps nobody from anything
     */
    record Status(
            String database,
            Path folder,
            Optional<String> reached,
            List<Entry> entries,
            List<Hint> hints,
            List<Problem> problems,
            List<String> notes) {
        public Status {
            entries = List.copyOf(entries);
            hints = List.copyOf(hints);
            problems = List.copyOf(problems);
            notes = List.copyOf(notes);
        }

        public List<Entry> pending() {
            return entries.stream().filter(entry -> entry.state().isPending()).toList();
        }
    }

    /**
     * One file, or one entry of the record.
     *
     * @param label such as {@code V3}
     * @param script the path within the folder
     * @param because what there is to say of its state
     */
    record Entry(
            String label,
            String description,
            String script,
            State state,
            Optional<Instant> at,
            Optional<String> by,
            Optional<Duration> took,
            Optional<String> because) {}

    /** How one file stands. */
    enum State {
        APPLIED,
        /** To be run. */
        PENDING,
        /** Repeatable, and other than it was when it ran. */
        OUTDATED,
        /** It began outside of a transaction and never came to its end; a run goes on with it. */
        INTERRUPTED,
        /** It failed outside of a transaction; a run goes on with it. */
        FAILED,
        /** It was applied as another text than the file has now. */
        CHANGED,
        /** It was applied, and there is no such file any more. */
        MISSING,
        /** It came after a higher version was applied, and is passed over. */
        LATE,
        /** The database already had it when it was taken over. */
        ADOPTED;

        public boolean isPending() {
            return switch (this) {
                case PENDING, OUTDATED, INTERRUPTED, FAILED -> true;
                case APPLIED, CHANGED, MISSING, LATE, ADOPTED -> false;
            };
        }
    }

    /**
     * What the text of a file makes one expect. It was guessed from words and not measured.
     *
     * @param rule one word, such as {@code drop} or {@code rewrite}
     * @param forbidden whether the stack file says that it must not be
     */
    record Hint(String script, int line, String rule, String text, String remedy, boolean forbidden) {}

    /** Hears of each file of a run. */
    interface Watcher {
        void begun(Entry entry, int number, int total);

        void done(Entry entry);

        void failed(Entry entry, Problem problem);

        static Watcher silent() {
            return new Watcher() {
                @Override
                public void begun(Entry entry, int number, int total) {}

                @Override
                public void done(Entry entry) {}

                @Override
                public void failed(Entry entry, Problem problem) {}
            };
        }
    }
}
