package dev.holdfast.daemon.http;

import dev.holdfast.text.Json;
import java.util.concurrent.CompletableFuture;

/** The line to a client that watches an operation. Sending never fails: a client that has gone misses the rest. */
public interface Events {
    void send(Json event);

    /** Completes when the client has gone. */
    CompletableFuture<Void> gone();

    default boolean isGone() {
        return gone().isDone();
    }
}
