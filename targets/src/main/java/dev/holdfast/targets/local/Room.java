package dev.holdfast.targets.local;

import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether there is room left for what members write. */
public final class Room {
    /** The next step of most engines is larger: a segment of PostgreSQL's log has 16 MiB. */
    private static final long LEAST = 16L << 20;

    private Room() {}

    /** What is to be done where the disk of the member's data is full; empty for a member that keeps nothing. */
    public static Optional<Problem> lacking(StackFolder folder, String member) {
        Path data = folder.volume(member);
        return keeps(data) && Disk.hasLessThan(data, LEAST) ? Optional.of(Disk.full(data)) : Optional.empty();
    }

    private static boolean keeps(Path data) {
        if (!Files.isDirectory(data)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(data)) {
            return entries.findAny().isPresent();
        } catch (IOException unreadable) {
            return true;
        }
    }
}
