package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A file lock that ends with its process, and whose file names the holder. */
final class Lease implements AutoCloseable {
    private final FileChannel channel;

    private Lease(FileChannel channel) {
        this.channel = channel;
    }

    /** Refuses at once where somebody holds it, this process included. */
    static Lease take(Path file, String what) {
        return taken(file)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3103,
                        what + " is in use by another process" + holder(file),
                        "Let that process finish, or end it, and run the command again.")));
    }

    /** Waits for whoever holds it. */
    static Lease await(Path file, String what, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<Lease> lease = taken(file);
            if (lease.isPresent()) {
                return lease.get();
            }
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                return take(file, what);
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private static Optional<Lease> taken(Path file) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            FileLock lock = tried(channel);
            if (lock == null) {
                channel.close();
                return Optional.empty();
            }
            // fixed width: a full disk must not keep a stack from being stopped, so nothing is truncated first
            String holder = String.format(
                    java.util.Locale.ROOT, "%-20d%n", ProcessHandle.current().pid());
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.US_ASCII)), 0);
            return Optional.of(new Lease(channel));
        } catch (IOException e) {
            close(channel);
            throw Disk.failure(file, 0, e);
        }
    }

    private static @Nullable FileLock tried(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static String holder(Path file) {
        return Disk.read(file)
                .map(bytes -> new String(bytes, StandardCharsets.US_ASCII).strip())
                .filter(pid -> pid.matches("[0-9]{1,19}"))
                .map(pid -> " (pid " + pid + ", " + Processes.name(Long.parseLong(pid)) + ")")
                .orElse("");
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** The file stays: removing it would let two processes lock two files of one name. */
    @Override
    public void close() {
        close(channel);
    }
}
