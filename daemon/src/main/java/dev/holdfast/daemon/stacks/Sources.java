package dev.holdfast.daemon.stacks;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Finds the text of a stack, and refuses to take one stack for another. */
final class Sources {
    private static final long MAX_BYTES = 4L << 20;

    private Sources() {}

    /** What a request says about the source of a stack. */
    record Wish(Optional<Path> file, Optional<String> text, Optional<String> environment, Optional<String> name) {
        static Wish none() {
            return new Wish(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    /** The source that is wished for, or else the one that is known, with its text as it is now. */
    static Source now(Wish wish, Optional<Source> known, String stack) {
        Path file = wish.file()
                .or(() -> known.map(Source::file))
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3205, "the request names no stack file", "Give the path of the file as 'source'.")));
        Path actual = Files.isDirectory(file) ? file.resolve("stack.yaml") : file;
        Optional<String> environment =
                wish.file().isPresent() || wish.environment().isPresent()
                        ? wish.environment()
                        : known.flatMap(Source::environment);
        return new Source(actual, environment, wish.text().orElseGet(() -> text(actual, stack)));
    }

    /** Whether the file is there and says what was applied. */
    static String state(Source applied) {
        if (!Files.exists(applied.file())) {
            return "missing";
        }
        try {
            return Files.size(applied.file()) <= MAX_BYTES
                            && Files.readString(applied.file()).equals(applied.resolved())
                    ? "same"
                    : "changed";
        } catch (IOException unreadable) {
            return "missing";
        }
    }

    /** Says that the file of a stack has gone, and how to bind the stack to where it is now. */
    static Problem missing(String stack, Path file) {
        return Problem.of(
                Code.HF3209,
                "the file of stack '" + stack + "' is not at " + file + " any more",
                "If it was moved, run 'holdfast up NEWPATH' once: the stack is then bound to that file. It runs on meanwhile.");
    }

    /**
     * Refuses a file that cannot be meant: the stack is bound to another one that is still there, or it was moved and
     * no longer holds the services that have data here.
     */
    static void checkBinding(String name, Source applied, Stack before, Source next, Stack wanted) {
        if (applied.file().equals(next.file()) || applied.resolved().equals(next.resolved())) {
            return;
        }
        if (Files.exists(applied.file())) {
            throw otherFile(
                    "stack '" + name + "' comes from " + applied.file() + ", not from " + next.file(),
                    "Give this one another name with 'holdfast up --name', or use that file.");
        }
        for (Map.Entry<String, Service<?>> service : before.services().entrySet()) {
            Service<?> same = wanted.services().get(service.getKey());
            if (same == null || !same.engine().equals(service.getValue().engine())) {
                throw otherFile(
                        "stack '" + name + "' has a " + service.getValue().engine() + " service '" + service.getKey()
                                + "' here, which " + next.file() + " does not declare",
                        "If this is another stack, give it another name with 'holdfast up --name'; if it is the same, bind it first with what it declared, then change it.");
            }
        }
    }

    private static HoldfastException otherFile(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3210, cause, remedy));
    }

    private static String text(Path file, String stack) {
        if (!Files.exists(file)) {
            throw new HoldfastException(missing(stack, file));
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new HoldfastException(Problem.of(
                        Code.HF3205,
                        "the stack file " + file + " is longer than " + MAX_BYTES + " bytes",
                        "Is this a stack file?"));
            }
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3209,
                            "the stack file " + file + " cannot be read: " + unreadable.getMessage(),
                            "Give the daemon's user the right to read it, and write it in UTF-8."),
                    unreadable);
        }
    }
}
