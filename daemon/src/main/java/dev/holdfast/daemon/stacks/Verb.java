package dev.holdfast.daemon.stacks;

import dev.holdfast.text.Json;
import java.util.Set;

/** Something a person asks of one service of a stack that is up; one class a verb, and a line in {@link Verbs}. */
interface Verb {
    /** The word in the path: {@code POST /v1/stacks/{stack}/{verb}/{service}}. */
    String name();

    /** The keys its request may have. */
    Set<String> keys();

    /** Whether it must be the only one that changes the stack; otherwise it runs beside whatever else is done. */
    boolean isExclusive(Json body);

    /** Whether a service that sleeps is woken for it, and sleeps again afterwards. */
    default boolean needsAwake(Json body) {
        return true;
    }

    /** Whether it is there for a service that cannot be woken as well, which it then finds as it is. */
    default boolean mends() {
        return false;
    }

    /** Does it, telling of its progress through the bench; returns the result, to which the event's own keys are added. */
    Json run(Asked asked) throws InterruptedException;
}
