package dev.holdfast.targets.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What a member prints, kept to a size. */
record LogFile(Path path, long limit, int kept) {
    static final long LIMIT = 10L << 20;
    static final int KEPT = 3;

    static LogFile of(Path path) {
        return new LogFile(path, LIMIT, KEPT);
    }

    /** Makes it, 0600, before a process appends to it. */
    void create() {
        Path parent = path.getParent();
        if (parent != null) {
            Disk.folder(parent, Disk.OURS);
        }
        try (FileChannel channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            assert channel.isOpen();
        } catch (IOException e) {
            throw Disk.failure(path, 0, e);
        }
    }

    /**
     * Copies it to {@code .1} and empties it, because the process holds it open and would go on writing to a file that
     * was moved. What is written between the two is lost.
     */
    void rotateIfLarge() {
        try {
            if (!Files.exists(path) || Files.size(path) <= limit) {
                return;
            }
            for (int number = kept - 1; number >= 1; number--) {
                if (Files.exists(numbered(number))) {
                    Files.move(numbered(number), numbered(number + 1), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.copy(path, numbered(1), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            empty();
        } catch (IOException e) {
            throw Disk.failure(path, 0, e);
        }
    }

    /** The last lines, for an error text. */
    String tail(int lines) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long start = Math.max(0, channel.size() - 8192);
            var buffer = java.nio.ByteBuffer.allocate((int) (channel.size() - start));
            int read = 0;
            while (buffer.hasRemaining() && read >= 0) {
                read = channel.read(buffer, start + buffer.position());
            }
            var all = new String(buffer.array(), 0, buffer.position(), java.nio.charset.StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return String.join(" | ", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException unreadable) {
            return "";
        }
    }

    private void empty() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }
}
