package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Enclosure.Owner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writing to this machine: whole files or none, for their owner alone, and every failure a problem that says what to do.
 * A file that is right already is not touched.
 */
public final class Disk {
    /** Files that Holdfast keeps for itself. */
    public static final Owner OURS = new Owner(0, 0, false);

    private static final String FREE =
            "Free space on that file system or point HOLDFAST_HOME at a larger one; what was there before is unchanged.";
    private static final Pattern IMAGE = Pattern.compile("/volumes/([a-z0-9-]+)/mount(/|$)");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");

    private Disk() {}

    /** Makes the folder and its parents where they are missing; sets owner and mode of the last one only. */
    public static void folder(Path folder, Owner owner) {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER));
            }
            if (!Files.getPosixFilePermissions(folder).equals(FOLDER)) {
                Files.setPosixFilePermissions(folder, FOLDER);
            }
            give(folder, owner);
        } catch (IOException e) {
            throw failure(folder, 0, e);
        }
    }

    /** Returns whether anything had to be written. The folder must exist. */
    public static boolean write(Path file, byte[] content, Owner owner) {
        Path sibling = file.resolveSibling("." + file.getFileName() + ".new");
        try {
            if (read(file).filter(now -> Arrays.equals(now, content)).isPresent() && isGiven(file, owner)) {
                return false;
            }
            Files.deleteIfExists(sibling);
            try (FileChannel channel = FileChannel.open(
                    sibling,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(FILE))) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            give(sibling, owner);
            Files.move(sibling, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            discard(sibling);
            throw failure(file, content.length, e);
        }
    }

    /** Empty where there is no such file. */
    public static Optional<byte[]> read(Path file) {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure(file, 0, e);
        }
    }

    public static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failure(to, 0, e);
        }
    }

    /** Removes the file or the whole folder; a link is removed, never followed. */
    public static void remove(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (e instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw e;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @org.jspecify.annotations.Nullable IOException e)
                        throws IOException {
                    if (e != null) {
                        throw e;
                    }
                    Files.deleteIfExists(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw failure(path, 0, e);
        }
    }

    /** The problem that an I/O failure on this path is; a full file system is told apart from everything else. */
    public static HoldfastException failure(Path path, long needed, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        Optional<FileStore> store = store(path);
        long free = store.map(Disk::free).orElse(Long.MAX_VALUE);
        // the text is the C library's and may be translated, so the free space is asked as well
        if (reason.contains("No space left") || reason.contains("Disk quota exceeded") || free < needed) {
            return new HoldfastException(full(path, store, free), cause);
        }
        return new HoldfastException(
                Problem.of(
                        Code.HF3105,
                        "'" + path + "' cannot be written or read: "
                                + cause.getClass().getSimpleName() + ": " + reason,
                        "Check that the path exists and belongs to the user who runs Holdfast (ls -ld " + quoted(path)
                                + ")."),
                cause);
    }

    public static Problem full(Path path) {
        Optional<FileStore> store = store(path);
        return full(path, store, store.map(Disk::free).orElse(0L));
    }

    static Problem tooSmall(Path path) {
        Optional<FileStore> store = store(path);
        return Problem.of(
                Code.HF3104,
                "no space for '" + path + "' on "
                        + store.map(FileStore::toString).orElse("the file system") + ": it needs more than the "
                        + store.map(Disk::free).orElse(0L) + " bytes that are left there",
                remedy(path));
    }

    /** Whether so little is left that a failed program most likely failed for that reason. */
    static boolean isFull(Path path) {
        return hasLessThan(path, 64 * 1024);
    }

    public static boolean hasLessThan(Path path, long bytes) {
        return store(path).map(Disk::free).orElse(Long.MAX_VALUE) < bytes;
    }

    private static Problem full(Path path, Optional<FileStore> store, long free) {
        String where = store.map(FileStore::toString).orElse("the file system");
        return Problem.of(
                Code.HF3104,
                "no space for '" + path + "' on " + where + ", which has " + free + " bytes left",
                remedy(path));
    }

    /** A file system inside an image can be made larger while everything runs. */
    private static String remedy(Path path) {
        Path at = path.toAbsolutePath();
        while (at != null && !Files.exists(at)) {
            at = at.getParent();
        }
        try {
            Matcher image = IMAGE.matcher(at == null ? "" : at.toRealPath().toString());
            return image.find()
                    ? "Run 'holdfast volumes grow " + image.group(1)
                            + " --size SIZE', or throw branches away: 'holdfast volumes usage " + image.group(1)
                            + "' says what each takes. What was there before is unchanged."
                    : FREE;
        } catch (IOException unknown) {
            return FREE;
        }
    }

    private static Optional<FileStore> store(Path path) {
        Path at = path.toAbsolutePath();
        while (at != null && !Files.exists(at)) {
            at = at.getParent();
        }
        try {
            return at == null ? Optional.empty() : Optional.of(Files.getFileStore(at));
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    private static long free(FileStore store) {
        try {
            return store.getUsableSpace();
        } catch (IOException unknown) {
            return Long.MAX_VALUE;
        }
    }

    static void give(Path path, Owner owner) throws IOException {
        if (owner.changed() && !isGiven(path, owner)) {
            Files.setAttribute(path, "unix:gid", owner.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:uid", owner.uid(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static boolean isGiven(Path path, Owner owner) throws IOException {
        if (!owner.changed()) {
            return true;
        }
        return Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(owner.uid())
                && Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS)
                        .equals(owner.gid());
    }

    private static void discard(Path sibling) {
        try {
            Files.deleteIfExists(sibling);
        } catch (IOException alreadyFailing) {
            sibling.toFile().deleteOnExit();
        }
    }

    private static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }
}
