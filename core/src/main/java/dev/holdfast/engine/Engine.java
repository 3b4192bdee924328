package dev.holdfast.engine;

import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.util.List;

/**
 * A database product Holdfast looks after: one row of the matrix.
 *
 * @param <S> what a service of this engine may say beyond the keys common to all services
 */
public interface Engine<S extends Record> {
    /** The word in the stack file. */
    String name();

    /** The product's own name, for people. */
    String title();

    /** The versions a stack file may name, the default first. */
    List<String> versions();

    Class<S> settings();

    /** What a service gets where its file says nothing. */
    Resources resources();

    /** Whether this engine is only ever a part of another's service, and so no word for {@code engine:}. */
    default boolean isCompanion() {
        return false;
    }

    /** Whether services of this engine collect what the Observation of the others offers. */
    default boolean collectsMetrics() {
        return false;
    }

    /** Adds what is wrong with the service beyond single values: combinations, references, names. Pure. */
    default void check(Service<S> service, Stack stack, Problems problems) {}

    /**
     * Adds what is wrong with the files that the service names. Reads them, so it is asked where somebody is at hand to correct
     * them, and never of a stack that is only taken up again.
     */
    default void checkFiles(Service<S> service, Problems problems) {}

    /** Services of other engines that this one brings with it, {@code parent} set. Pure. */
    default List<Companion> companions(Service<S> service) {
        return List.of();
    }

    /** The things of a service that a {@code service/thing} reference may name: its buckets, its queues, its databases. */
    default List<String> things(Service<S> service) {
        return List.of();
    }

    /** What the edition at hand cannot do of what this service asks, each a sentence; a plan shows them. Pure. */
    default List<String> notes(Service<S> service) {
        return List.of();
    }

    Provisioning<S> provisioning();

    Support<Access<S>> access();

    Support<Schema<S>> schema();

    Support<Protection<S>> protection();

    Support<Observation<S>> observation();

    /** The buckets it keeps for other services. */
    default Support<ObjectStore<S>> objects() {
        return Support.notOffered(
                title() + " keeps no objects for other services", "Name a bucket of a service with engine: s3.");
    }

    Support<Sizing<S>> sizing();

    /** Looks at a server of this product, whoever runs it. */
    default Support<Doctor> doctor() {
        return Support.notOffered(
                "holdfast doctor does not know " + title() + " yet",
                "Ask the server's own client, and holdfast why for a service of a stack.");
    }
}
