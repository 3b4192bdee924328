package dev.holdfast.secret;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The folders that hold secrets: 0700 where they are made here. */
final class PrivateFolder {
    private PrivateFolder() {}

    static void create(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    static HoldfastException unusable(Path file, IOException e) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3407,
                        "secrets cannot be read or written at " + file + " ("
                                + e.getClass().getSimpleName() + ": " + e.getMessage() + ")",
                        "Make sure that the folder is yours, is writable and has space left, and try again."),
                e);
    }
}
