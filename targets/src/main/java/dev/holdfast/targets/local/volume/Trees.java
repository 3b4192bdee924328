package dev.holdfast.targets.local.volume;

import dev.holdfast.targets.local.volume.Kernel.Descriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;

/**
 * Folders duplicated with all that an engine may rely on: owners, modes, times, attributes, links and holes. Sockets and
 * pipes are left out; what vanishes meanwhile is not there.
 */
final class Trees {
    // _IOW(0x94, 9, int)
    private static final long CLONE = 0x40049409L;
    private static final int OWNER_MAY_WRITE = 0600;

    private final Way way;
    private final LongConsumer done;
    private final Map<Long, Path> linked = new HashMap<>();

    private Trees(Way way, LongConsumer done) {
        this.way = way;
        this.done = done;
    }

    enum Way {
        /** Both files share their bytes until one is changed; fails where the file system cannot. */
        CLONE,
        COPY
    }

    /** {@code to} must not exist. {@code done} is told of bytes that are copied, and may throw to end it. */
    static void duplicate(Path from, Path to, Way way, LongConsumer done) throws IOException {
        new Trees(way, done).walk(from, to);
    }

    /** Whether the file system of that folder clones files. Writes a file there and removes it. */
    static boolean clones(Path folder) throws IOException {
        Path one = Files.createTempFile(folder, ".clones", "");
        Path other = one.resolveSibling(one.getFileName() + "-too");
        try {
            // an empty file can be cloned nearly everywhere
            Files.write(one, new byte[8192]);
            Files.createFile(other);
            clone(one, other);
            return true;
        } catch (Kernel.Failure failure) {
            return switch (failure.errno()) {
                case Kernel.EOPNOTSUPP, Kernel.ENOTTY, Kernel.EINVAL, Kernel.EXDEV -> false;
                default -> throw failure;
            };
        } finally {
            Files.deleteIfExists(other);
            Files.deleteIfExists(one);
        }
    }

    private void walk(Path from, Path to) throws IOException {
        List<Path> files = new ArrayList<>();
        List<Path> folders = new ArrayList<>();
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectory(
                        to.resolve(from.relativize(folder)),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(from.relativize(file));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException && !file.equals(from)) {
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
                folders.add(from.relativize(folder));
                return FileVisitResult.CONTINUE;
            }
        });
        List<Path> several = switch (way) {
            case CLONE -> cloned(files, from, to);
            case COPY -> files;
        };
        for (Path file : several) {
            entry(from.resolve(file), to.resolve(file));
        }
        // last, as every entry made in it gives it another time
        for (Path folder : folders) {
            likeness(Attributes.of(from.resolve(folder)), from.resolve(folder), to.resolve(folder));
        }
    }

    /** Others wait for it, so all cores do it; returns those with several names, which need what was done with the first. */
    private List<Path> cloned(List<Path> files, Path from, Path to) throws IOException {
        Queue<Path> several = new ConcurrentLinkedQueue<>();
        try {
            files.parallelStream().forEach(file -> {
                try {
                    if (Attributes.of(from.resolve(file)).links() > 1) {
                        several.add(file);
                    } else {
                        entry(from.resolve(file), to.resolve(file));
                    }
                } catch (NoSuchFileException gone) {
                    // so it is not there either
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        return List.copyOf(several);
    }

    private void entry(Path from, Path to) throws IOException {
        Attributes attributes;
        try {
            attributes = Attributes.of(from);
        } catch (NoSuchFileException gone) {
            return;
        }
        if (attributes.isLink()) {
            Files.createSymbolicLink(to, Files.readSymbolicLink(from));
            own(attributes, to);
        } else if (attributes.isRegular()) {
            Path same = attributes.links() > 1 ? linked.get(attributes.inode()) : null;
            if (same != null) {
                Files.createLink(to, same);
            } else if (file(from, to)) {
                likeness(attributes, from, to);
                if (attributes.links() > 1) {
                    linked.put(attributes.inode(), to);
                }
            }
        }
    }

    /** Whether it was still there. */
    private boolean file(Path from, Path to) throws IOException {
        Files.createFile(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            switch (way) {
                case CLONE -> clone(from, to);
                case COPY -> copy(from, to);
            }
        } catch (Kernel.Failure failure) {
            if (failure.errno() == Kernel.ENOENT) {
                Files.delete(to);
                return false;
            }
            throw failure;
        }
        return true;
    }

    private static void clone(Path from, Path to) throws IOException {
        try (Descriptor source = Kernel.open(from, Kernel.READ);
                Descriptor target = Kernel.open(to, Kernel.WRITE)) {
            Kernel.control(target, "clone " + from + " to", CLONE, source.number());
        }
    }

    /** The holes stay holes: engines make files far larger than what is in them. */
    private void copy(Path from, Path to) throws IOException {
        try (Descriptor shape = Kernel.open(from, Kernel.READ);
                FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel target = FileChannel.open(to, StandardOpenOption.WRITE)) {
            long size = source.size();
            long at = 0;
            while (at < size) {
                long begin = Kernel.data(shape, at);
                if (begin < 0) {
                    break;
                }
                long hole = Kernel.hole(shape, begin);
                long end = hole < 0 ? size : Math.min(hole, size);
                range(source, target, begin, end);
                at = end;
            }
            if (target.size() < size) {
                // the last byte of a file that ends in a hole gives it its length
                target.write(java.nio.ByteBuffer.allocate(1), size - 1);
            }
        }
    }

    private void range(FileChannel source, FileChannel target, long begin, long end) throws IOException {
        target.position(begin);
        long at = begin;
        while (at < end) {
            long moved = source.transferTo(at, Math.min(end - at, 16L << 20), target);
            if (moved <= 0) {
                return; // it became shorter meanwhile
            }
            at += moved;
            done.accept(moved);
        }
    }

    private static void likeness(Attributes attributes, Path from, Path to) throws IOException {
        Attributes.extend(to, Attributes.extended(from));
        own(attributes, to);
        int mode = attributes.permissions();
        if (mode != OWNER_MAY_WRITE) {
            Files.setAttribute(to, "unix:mode", mode);
        }
        Files.setLastModifiedTime(to, attributes.modified());
    }

    private static void own(Attributes attributes, Path to) throws IOException {
        Attributes now = Attributes.of(to);
        if (!now.hasOwnerOf(attributes)) {
            Files.setAttribute(to, "unix:gid", attributes.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(to, "unix:uid", attributes.uid(), LinkOption.NOFOLLOW_LINKS);
        }
    }
}
