package dev.holdfast.cli.command;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the stack file is. */
public final class StackFile {
    public static final String NAME = "stack.yaml";

    private StackFile() {}

    /** The file named, the {@code stack.yaml} of the folder named, or the nearest one from here upwards. */
    public static Path chosen(Optional<String> written, Session session) {
        if (written.isEmpty()) {
            return nearest(session.surroundings().directory())
                    .orElseThrow(() -> missing(
                            "there is no " + NAME + " in "
                                    + session.surroundings().directory() + " or above it",
                            "Name the file, or go to the folder that has it: holdfast up path/to/" + NAME + "."));
        }
        Path path = session.path(written.get());
        Path file = Files.isDirectory(path) ? path.resolve(NAME) : path;
        if (!Files.isRegularFile(file)) {
            throw missing(
                    "there is no stack file " + file, "Check the path; a folder is taken for the " + NAME + " in it.");
        }
        return file;
    }

    /** The stack file in this folder, or in the closest one above that has one. */
    public static Optional<Path> nearest(Path directory) {
        Optional<Path> folder = Optional.of(directory);
        while (folder.isPresent()) {
            Path candidate = folder.get().resolve(NAME);
            if (Files.isRegularFile(candidate)) {
                return Optional.of(candidate);
            }
            folder = Optional.ofNullable(folder.get().getParent());
        }
        return Optional.empty();
    }

    private static HoldfastException missing(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3302, cause, remedy));
    }
}
