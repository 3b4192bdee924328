package dev.holdfast.secret;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** A file of the user's own that a stack file refers to as {@code file:path}, relative to where that stands. */
public record GivenFile(Path path, Optional<Position> position) {
    public static final String PREFIX = "file:";

    private static final long MAX_BYTES = 4L << 20;
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    /** @param written where the reference stands; its file's folder is what the path is relative to */
    public static GivenFile of(String reference, Position written) {
        Path folder = Optional.ofNullable(
                        Path.of(written.source()).toAbsolutePath().getParent())
                .orElse(Path.of("/"));
        return new GivenFile(
                folder.resolve(reference.substring(reference.startsWith(PREFIX) ? PREFIX.length() : 0))
                        .normalize(),
                Optional.of(written));
    }

    /** One that a person named on the command line. */
    public static GivenFile of(Path path) {
        return new GivenFile(path, Optional.empty());
    }

    /** The first line, read anew each time. Refused where others of this machine may read or write the file. */
    public Redacted secret() {
        try {
            Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
            open.retainAll(Files.getPosixFilePermissions(path));
            if (!open.isEmpty()) {
                throw refused(
                        "the secret file " + path + " is open to other users of this machine",
                        "Run: chmod 600 '" + path + "'. If others may have read it, change the password in it too.");
            }
            String line = text().lines().findFirst().orElse("").strip();
            if (line.isEmpty()) {
                throw refused("the secret file " + path + " is empty", "Write the secret into its first line.");
            }
            return new Redacted(line);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** What it holds, for a file that is no secret. */
    public String text() {
        try {
            if (!Files.isRegularFile(path) || Files.size(path) > MAX_BYTES) {
                throw new NoSuchFileException(path.toString());
            }
            return Files.readString(path, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private HoldfastException unreadable(IOException e) {
        String why = e instanceof NoSuchFileException
                ? "is not there"
                : "cannot be read (" + e.getClass().getSimpleName() + ")";
        return refused(
                "the file " + path + " that the stack refers to " + why,
                "Put it there, readable by you alone (chmod 600 where it holds a secret), or correct the path; it is relative to the stack file.");
    }

    private HoldfastException refused(String cause, String remedy) {
        Problem problem = Problem.of(Code.HF3541, cause, remedy);
        return new HoldfastException(position.map(problem::at).orElse(problem));
    }
}
