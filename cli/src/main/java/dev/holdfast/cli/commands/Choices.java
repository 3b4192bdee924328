package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import java.util.Optional;

/** The stack that a command line names. */
final class Choices {
    private Choices() {}

    /** {@code --stack}, or the first word of a command whose first word is a stack. */
    static Optional<String> stack(Arguments arguments) {
        return arguments.value("--stack").or(() -> arguments.positional(0));
    }
}
