package dev.holdfast.targets.local.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Lets one installation at a time change a cache, across processes, and gives it a scratch folder on the same file system.
 * Whatever is in that folder when the lock is taken was left by one that was killed, and goes.
 */
final class CacheLock implements AutoCloseable {
    private final FileChannel channel;
    private final Path scratch;

    private CacheLock(FileChannel channel, Path scratch) {
        this.channel = channel;
        this.scratch = scratch;
    }

    static CacheLock take(Path engines, Reporter reporter) throws IOException {
        Files.createDirectories(engines);
        FileChannel channel =
                FileChannel.open(engines.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            boolean told = false;
            while (attempt(channel).isEmpty()) {
                if (!told) {
                    reporter.report(Progress.Phase.WAITING, "another installation");
                    told = true;
                }
                Thread.sleep(50);
            }
            Path scratch = engines.resolve("scratch");
            Folders.delete(scratch);
            Files.createDirectories(scratch);
            return new CacheLock(channel, scratch);
        } catch (InterruptedException e) {
            channel.close();
            throw Refusals.interrupted();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    Path scratch() {
        return scratch;
    }

    @Override
    public void close() throws IOException {
        boolean interrupted = Thread.interrupted(); // an interrupted thread may not use a channel
        try (channel) {
            Folders.delete(scratch);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Optional<FileLock> attempt(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            return Optional.empty(); // held by another thread of this process
        }
    }
}
