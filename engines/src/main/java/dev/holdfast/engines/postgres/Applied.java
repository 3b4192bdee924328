package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Context;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;

/** How a change is done, whichever facet it came from. */
public final class Applied {
    private Applied() {}

    static void apply(Change change, Service<?> service, Context context) {
        for (Script.Batch batch : Script.of(change.statement()).batches()) {
            if (change.where().contains("/tenancy")
                    || change.where().contains("/audit")
                    || change.where().contains("/timeseries")) {
                PostgresSession.executePatiently(batch, service, context);
            } else {
                PostgresSession.execute(batch, service, context);
            }
        }
    }

    /** A text as that of a change, secrets as {@code ${service/name}}. */
    public static void statement(String text, Service<?> service, Context context) {
        for (Script.Batch batch : Script.of(text).batches()) {
            PostgresSession.execute(batch, service, context);
        }
    }
}
