package dev.holdfast.daemon.http;

import dev.holdfast.text.Json;

/** What a handler answers. */
public sealed interface Reply {
    record Whole(int status, String type, String body) implements Reply {}

    /** {@code after} runs once the answer has gone out: it may end the server that gave it. */
    record Farewell(Whole answer, Runnable after) implements Reply {}

    /** The handler's work is done while the client reads: {@code body} runs after the 200 went out. */
    record Lines(Body body) implements Reply {}

    /** Must send its own last line; what it throws becomes {@code failed}. */
    interface Body {
        void run(Events events) throws InterruptedException;
    }

    static Whole json(Json body) {
        return new Whole(200, "application/json", body.compact());
    }
}
