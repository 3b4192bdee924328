package dev.holdfast.targets.local.volume;

import dev.holdfast.targets.local.Disk;
import dev.holdfast.targets.local.volume.Kernel.Descriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Throws folders away: at once out of sight, later off the disk. A clone of a large database that has diverged can take a
 * minute to delete. What a daemon left undone the next one finishes.
 */
final class Disposal {
    private static final Logger LOG = LoggerFactory.getLogger(Disposal.class);

    private static final long TRIM = 0xC0185879L;

    // one at a time: deleting competes with the engines for the journal of the file system
    private final ExecutorService sweeper = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("volume-sweeper").daemon().factory());

    /**
     * The name is free when this returns; {@code root} is of the same file system. Does nothing where nothing is.
     *
     * @param trimmed whether the disk below gets the bytes back, too
     */
    void away(Path root, Path folder, boolean trimmed) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path trash = Definition.trash(root);
        Disk.folder(trash, Disk.OURS);
        Path unwanted = trash.resolve(Long.toString(System.nanoTime(), 36));
        Disk.move(folder, unwanted);
        sweeper.execute(() -> delete(root, unwanted, trimmed));
    }

    /** Goes on with what is left in the trash of that root. */
    void sweep(Path root, boolean trimmed) {
        Path trash = Definition.trash(root);
        if (Files.isDirectory(trash)) {
            try (Stream<Path> entries = Files.list(trash)) {
                List<Path> left = entries.toList();
                left.forEach(unwanted -> sweeper.execute(() -> delete(root, unwanted, trimmed)));
            } catch (IOException e) {
                throw Disk.failure(trash, 0, e);
            }
        }
    }

    /** Returns when all that was thrown away so far is off the disk. */
    void await() throws InterruptedException {
        try {
            sweeper.submit(() -> {}).get();
        } catch (java.util.concurrent.ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void delete(Path root, Path unwanted, boolean trimmed) {
        try {
            if (!Btrfs.isSubvolume(unwanted) || !destroyed(unwanted)) {
                Disk.remove(unwanted);
            }
            if (trimmed) {
                trim(root);
            }
        } catch (IOException | RuntimeException stays) {
            LOG.atWarn()
                    .setCause(stays)
                    .addKeyValue("folder", unwanted)
                    .log("what was removed still takes room; the next start of the daemon tries again");
        }
    }

    private static void trim(Path root) throws IOException {
        try (Descriptor open = Kernel.open(root, Kernel.READ);
                Arena arena = Arena.ofConfined()) {
            // struct fstrim_range { u64 start, len, minlen }
            MemorySegment range = arena.allocate(24, 8);
            range.set(ValueLayout.JAVA_LONG, 8, -1L);
            Kernel.control(open, "trim", TRIM, range);
        }
    }

    private static boolean destroyed(Path subvolume) throws IOException {
        try {
            Btrfs.destroy(subvolume);
            return true;
        } catch (Kernel.Failure failure) {
            if (failure.errno() == Kernel.EPERM || failure.errno() == Kernel.EACCES) {
                return false;
            }
            throw failure;
        }
    }
}
