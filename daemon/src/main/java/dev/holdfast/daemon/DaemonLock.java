package dev.holdfast.daemon;

import dev.holdfast.daemon.api.Build;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The right to one data folder. The kernel gives it back when the process ends, however it ends. */
final class DaemonLock implements AutoCloseable {
    private final FileChannel channel;

    private DaemonLock(FileChannel channel) {
        this.channel = channel;
    }

    static DaemonLock take(Path file, Build build) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tried(channel) == null) {
                channel.close();
                throw new HoldfastException(Problem.of(
                        Code.HF3201,
                        "the daemon " + Files.readString(file).strip() + " has the data folder of " + file,
                        "Use that one, or end it first with 'holdfast daemon stop' or by its process id."));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(
                    ("(process " + ProcessHandle.current().pid() + ", version " + build.version() + ")\n")
                            .getBytes(StandardCharsets.UTF_8)));
            return new DaemonLock(channel);
        } catch (IOException cannot) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3201,
                            "cannot take the lock " + file + ": " + cannot.getMessage(),
                            "See that its folder belongs to you and the disk is not full, then run the command again."),
                    cannot);
        }
    }

    private static @Nullable FileLock tried(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException ours) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
