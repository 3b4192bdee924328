package dev.holdfast.engine;

import dev.holdfast.stack.Service;
import java.util.List;

/**
 * How what a server that somebody else runs holds comes into one that Holdfast runs: by what the server tells any client, so that
 * its layout on disk does not come along.
 */
public interface BringingHome<S extends Record> {
    /** The service as it would be if Holdfast ran its server; the databases and roles it declares are the same. */
    Service<S> home(Service<S> elsewhere);

    /**
     * Brings one database, which is there and empty in {@code to}. What cannot come along is told, and hinders nothing else.
     *
     * @param elsewhere the service as the file has it, which {@code from} reaches
     */
    Brought bring(Service<S> elsewhere, String database, Rows rows, Context from, Bench to) throws InterruptedException;

    /** Which rows come along. */
    enum Rows {
        /** All, where they are not too many to be copied without being asked for. */
        FEW,
        /** All, however many. */
        ALL,
        /** None: only what holds them. */
        NONE
    }

    /** @param notes whole sentences: what is missing, and what a copy made so cannot show */
    record Brought(List<String> notes) {
        public Brought {
            notes = List.copyOf(notes);
        }
    }
}
