package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Context;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;

/** How a change is done, whichever facet it came from. */
public final class Applied {
    private Applied() {}

    static void apply(Change change, Service<?> service, Context context) {
        statement(change.statement(), service, context);
    }

    /** The text of a change, secrets as {@code ${service/name}}. */
    public static void statement(String text, Service<?> service, Context context) {
        for (Script.Batch batch : Script.of(text).batches()) {
            PostgresSession.execute(batch, service, context);
        }
    }
}
