package dev.holdfast.cli.command;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which stack is meant: the one named; else the one of the stack file in this folder or above; else the only one there is.
 * Anything less clear is refused with the candidates, because acting on the wrong database is worse than asking.
 */
public final class StackChoice {
    private StackChoice() {}

    /** Asks the daemon only where no name was given. */
    public static String of(Optional<String> named, Daemon daemon, Session session) {
        return named.orElseGet(() -> among(
                daemon.get("/v1/stacks").itemsAt("stacks"),
                StackFile.nearest(session.surroundings().directory())));
    }

    /** Whether a command in this folder means that stack without being told. */
    public static boolean isClear(String stack, Daemon daemon, Session session) {
        try {
            return of(Optional.empty(), daemon, session).equals(stack);
        } catch (HoldfastException several) {
            return false;
        }
    }

    static String among(List<Json> stacks, Optional<Path> file) {
        List<String> here = new ArrayList<>();
        List<String> up = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (Json stack : stacks) {
            String name = stack.textAt("name").orElse("");
            if (stack.at("derived").flatMap(derived -> derived.textAt("from")).isPresent()) {
                // made beside another from the same file: whoever means it says so
                continue;
            }
            all.add(name);
            if (stack.textAt("desired").orElse("").equals("up")) {
                up.add(name);
            }
            if (file.isPresent()
                    && stack.textAt("source").orElse("").equals(file.get().toString())) {
                here.add(name);
            }
        }
        if (file.isPresent()) {
            return here.isEmpty() ? notUp(file.get(), all) : only(here, "several stacks were made from " + file.get());
        }
        if (up.isEmpty() && all.isEmpty()) {
            throw refused("no stack is known here", "Start one with 'holdfast up path/to/stack.yaml'.");
        }
        return only(up.isEmpty() ? all : up, "it is not clear which stack is meant");
    }

    private static String only(List<String> names, String otherwise) {
        if (names.size() == 1) {
            return names.getFirst();
        }
        throw refused(
                otherwise + ": " + String.join(", ", names),
                "Name it with --stack " + names.getFirst() + ", or run the command in the folder of its stack file.");
    }

    private static String notUp(Path file, List<String> all) {
        throw refused(
                "the stack of " + file + " was never started"
                        + (all.isEmpty() ? "" : "; known are: " + String.join(", ", all)),
                "Start it with 'holdfast up', or name another one with --stack.");
    }

    private static HoldfastException refused(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3303, cause, remedy));
    }
}
