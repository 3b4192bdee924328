package dev.holdfast.engine;

/** The answer to a probe made just now. {@code because} is the evidence, lower case and without a full stop. */
public sealed interface Health {
    String because();

    record Ready(String because) implements Health {}

    /** @param next the sentence that tells a person what to do about it */
    record NotReady(String because, String next) implements Health {}
}
