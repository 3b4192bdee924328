package dev.holdfast.engine;

import java.util.Optional;

/** The answer to a probe made just now. {@code because} is the evidence, lower case and without a full stop. */
public sealed interface Health {
    String because();

    /** The sentence that tells a person what to do; empty where nothing is to be done. */
    default Optional<String> advice() {
        return switch (this) {
            case Ready _ -> Optional.empty();
            case NotReady(String _, String next) -> Optional.of(next);
            case Impaired(String _, String next) -> Optional.of(next);
        };
    }

    record Ready(String because) implements Health {}

    /** @param next the sentence that tells a person what to do about it */
    record NotReady(String because, String next) implements Health {}

    /**
     * It serves, and yet something its service promises does not hold, such as that what is written is also archived: not
     * ready, but nothing that a restart would mend.
     */
    record Impaired(String because, String next) implements Health {}
}
