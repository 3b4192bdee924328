package dev.holdfast.proof;

import dev.holdfast.text.Json;

/** How a command ended and what it printed. */
public record Outcome(int status, String out, String err) {
    public Json json() {
        return Json.parse(out);
    }

    public String text() {
        return out + err;
    }

    /** The same outcome where it ended well; otherwise a failure that shows all it printed. */
    public Outcome orFail() {
        if (status != 0) {
            throw new AssertionError("ended with " + status + "\n" + out + err);
        }
        return this;
    }
}
