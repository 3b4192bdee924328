package dev.holdfast.engines.postgres.tenancy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A file that has its name when it is whole and on the disk, and that only its owner can read. What a process that was killed
 * left of one goes with the next.
 */
final class ArchiveFile implements AutoCloseable {
    private static final String END = ".next";

    private final Path file;
    private final Path next;
    private final FileChannel channel;

    private ArchiveFile(Path file, Path next, FileChannel channel) {
        this.file = file;
        this.next = next;
        this.channel = channel;
    }

    static ArchiveFile open(Path file) throws IOException {
        Path place = file.toAbsolutePath();
        Path folder = folder(place);
        Files.createDirectories(folder);
        Path next = unfinished(folder, "." + place.getFileName());
        return new ArchiveFile(place, next, FileChannel.open(next, StandardOpenOption.WRITE));
    }

    /** An empty file for as long as the process has use for it. */
    static Path unfinished(Path folder, String name) throws IOException {
        String begin = name + ".";
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, path -> isLeft(path, begin))) {
            for (Path one : left) {
                Files.deleteIfExists(one);
            }
        }
        return Files.createTempFile(
                folder,
                begin + ProcessHandle.current().pid() + "-",
                END,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static boolean isLeft(Path path, String begin) {
        String name = String.valueOf(path.getFileName());
        if (!name.startsWith(begin) || !name.endsWith(END)) {
            return false;
        }
        String process = name.substring(begin.length()).replaceFirst("-.*", "");
        return process.matches("[0-9]{1,18}")
                && ProcessHandle.of(Long.parseLong(process)).isEmpty();
    }

    OutputStream stream() {
        return new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
    }

    /** Gives it its name; where it may not replace anything, another file of that name is never touched. */
    void keep(boolean replaces) throws IOException {
        channel.force(true);
        if (replaces) {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } else {
            link();
        }
        force(folder(file));
    }

    private void link() throws IOException {
        try {
            Files.createLink(file, next);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            // a file system without links; whatever else was wrong is wrong for the move, too, which says so
            Files.move(next, file);
        }
    }

    /** Without it a power cut may take the new name back. */
    private static void force(Path folder) throws IOException {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static Path folder(Path place) throws IOException {
        Path folder = place.getParent();
        if (folder == null) {
            throw new IOException("it is no file");
        }
        return folder;
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            Files.deleteIfExists(next);
        }
    }
}
