package dev.holdfast.engine;

import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;
import java.util.List;

/** A facet whose state lives inside the running engine: desired, observed, compared, changed. */
public interface Reconciled<S extends Record> {
    /** Reads what is there and says what differs. Changes nothing; an empty list means that nothing is to be done. */
    List<Change> changes(Service<S> service, Context context);

    /** What {@link #changes} would say of a server just initialised. Pure: it asks nobody. */
    List<Change> fromNothing(Service<S> service, Context context);

    /**
     * What the server at hand does not let Holdfast do or see, what is waited for, and what was seen that only people can
     * put right: each a whole sentence for a plan. Asks the server.
     */
    default List<String> notes(Service<S> service, Context context) {
        return List.of();
    }

    /** Does one change. Doing it twice is harmless. */
    void apply(Change change, Service<S> service, Context context);
}
