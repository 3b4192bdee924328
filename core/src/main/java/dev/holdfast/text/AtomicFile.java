package dev.holdfast.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Writes a file so that a reader finds the old content or the new, never a part of it, also after a crash. The file has
 * its permissions before it has its name.
 */
public final class AtomicFile {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");

    private AtomicFile() {}

    /** Mode 0600. */
    public static void writePrivate(Path file, byte[] content) throws IOException {
        write(file, content, OWNER_ONLY);
    }

    /** Mode 0644. */
    public static void writeReadable(Path file, byte[] content) throws IOException {
        write(file, content, READABLE);
    }

    private static void write(Path file, byte[] content, Set<PosixFilePermission> permissions) throws IOException {
        Path folder = folderOf(file);
        Path sibling = sibling(file, content, permissions);
        try {
            Files.move(sibling, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(sibling);
        }
        force(folder);
    }

    /** Writes it (0600) only where there is none yet; false where another was first. */
    public static boolean createPrivate(Path file, byte[] content) throws IOException {
        Path sibling = sibling(file, content, OWNER_ONLY);
        try {
            // a hard link is the one way to give a complete file a name that must not be taken
            Files.createLink(file, sibling);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(sibling);
        }
        force(folderOf(file));
        return true;
    }

    private static Path sibling(Path file, byte[] content, Set<PosixFilePermission> permissions) throws IOException {
        Path sibling = Files.createTempFile(
                folderOf(file), "." + file.getFileName(), ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        boolean complete = false;
        try (FileChannel channel = FileChannel.open(sibling, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            Files.setPosixFilePermissions(sibling, permissions);
            channel.force(true);
            complete = true;
            return sibling;
        } finally {
            if (!complete) {
                Files.deleteIfExists(sibling);
            }
        }
    }

    /** Without it a power cut may take the new name back. */
    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path folderOf(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is no file");
        }
        return folder;
    }
}
