package dev.holdfast.daemon.http;

import dev.holdfast.text.Json;

/** What a handler answers. */
public sealed interface Reply {
    record Whole(int status, String type, String body) implements Reply {}

    /** The handler's work is done while the client reads: {@code body} runs after the 200 went out. */
    record Lines(Body body) implements Reply {}

    /** Must send its own last line; what it throws becomes {@code failed}. */
    interface Body {
        void run(Events events) throws InterruptedException;
    }

    static Reply json(Json body) {
        return new Whole(200, "application/json", body.compact());
    }
}
