package dev.holdfast.targets.local.volume;

import dev.holdfast.targets.local.Disk;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** Data of another volume, or of another subvolume, which no single step can move to where it is wanted. */
public final class Nearby {
    private Nearby() {}

    /**
     * Returns {@code from} where it can be moved to {@code to}, and else {@code to}, which is a whole copy of it then: it shares
     * the bytes where the file system can. What an attempt left there that was cut off is thrown away.
     */
    public static Path bring(Path from, Path to) {
        try {
            Disk.remove(to);
            if (moves(from, to)) {
                return from;
            }
            try {
                Trees.duplicate(from, to, Trees.Way.CLONE, cloned -> {});
            } catch (Kernel.Failure cannot) {
                Disk.remove(to);
                Trees.duplicate(from, to, Trees.Way.COPY, copied -> {});
            }
            Kernel.sync(to);
            return to;
        } catch (IOException e) {
            Disk.remove(to);
            throw Disk.failure(to, 0, e);
        }
    }

    /** Whether folders beside the one can be moved beside the other. */
    private static boolean moves(Path from, Path to) throws IOException {
        Path probe = Files.createTempDirectory(Objects.requireNonNull(from.getParent()), ".moves");
        Path there = to.resolveSibling(probe.getFileName());
        try {
            Files.move(probe, there, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(there);
            return true;
        } catch (AtomicMoveNotSupportedException elsewhere) {
            Files.delete(probe);
            return false;
        }
    }
}
