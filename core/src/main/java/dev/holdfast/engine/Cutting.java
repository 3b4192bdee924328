package dev.holdfast.engine;

import dev.holdfast.secret.Safe;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the files of a service, as they all were at one instant, become the beginning of another. While they are cloned
 * every process of the service is stopped, so what is cloned is what a crash at that instant would have left, with nothing
 * unsynced lost; the engine recovers from it when it starts there. What it offers beyond that is here.
 */
public interface Cutting<S extends Record> {
    /**
     * Has the server write what it can, so that the pause and the recovery after it are short. Comes before the pause;
     * failing at it is no harm, and neither is doing it twice.
     */
    default void settle(Service<S> service, Context from) {}

    /**
     * Has the server write what it keeps in memory alone, and others wait with their writes from then until the hold is
     * released. They go on by themselves after {@code longest}, whatever becomes of whoever asked.
     */
    default Hold hold(Service<S> service, Context from, Duration longest) {
        return Hold.NOTHING;
    }

    /** What of {@code /data} belongs to the process that runs and not to what it keeps; relative to it. */
    default List<String> leftOut(Service<S> service) {
        return List.of();
    }

    /**
     * Files of {@code /data} with logins in them, by the name in {@code /config} from which one with other logins gets
     * them anew; whoever keeps the logins of its source keeps the files, too.
     */
    default SortedMap<String, String> renewed(Service<S> service) {
        return new TreeMap<>();
    }

    /**
     * Gives Holdfast's own login, in what was cut from a stack whose secrets {@code lent} has, the password of {@code to}.
     * Waits for the server, which has just been started with its doors closed to everyone else. Doing it twice is harmless.
     * Returns whether it saw the server serve; otherwise its probes are to tell.
     */
    default boolean enter(Service<S> service, Safe lent, Context to) throws InterruptedException {
        return false;
    }

    /** Returns when clients may come in, after the server was told to open its doors. */
    default void awaitOpen(Service<S> service, Context to) throws InterruptedException {}

    /** Writes that wait. */
    interface Hold {
        Hold NOTHING = new Hold() {
            @Override
            public List<String> scratch() {
                return List.of();
            }

            @Override
            public void release() {}
        };

        /** Files of {@code /data} that were written for the cut and would mislead the service's own next start. */
        List<String> scratch();

        /** Lets writers go on. Never throws: they do so by themselves before long. */
        void release();
    }
}
