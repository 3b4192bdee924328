package dev.holdfast.targets.local.volume;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Disk;
import dev.holdfast.targets.local.StackFolder;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * One stack's data moved to another volume. The source stays what the stack has until the copy was compared with it byte
 * by byte; then the two change places in one step. Wherever it is cut off, running it again, or opening the stack, goes
 * on from whichever of the two the stack has.
 */
record Conversion(StackFolder folder, Volume home, Volume from, Volume to, Told told) {
    /** Told how far it is; may throw to end it, which leaves the stack where it was. */
    interface Told {
        void at(String step, long done, long total);
    }

    void run() {
        sweep(folder, home);
        Path source = from.of(folder);
        Path target = to.definition().isHome() ? next(folder) : to.of(folder);
        try {
            // what an attempt left that was cut off before the stack had it
            to.away(target);
            long bytes = Sizes.total(source);
            to.requireRoom(bytes, "the data of " + folder.name());
            copy(source, target, bytes);
            compare(source, target, bytes);
            Kernel.sync(to.definition().root());
            exchange(target);
        } catch (IOException e) {
            to.away(target);
            throw Disk.failure(target, 0, e);
        } catch (RuntimeException e) {
            if (!isHeldBy(to)) {
                to.away(target);
            }
            throw e;
        }
        if (from.definition().isHome()) {
            home.away(next(folder));
        } else {
            from.away(source);
        }
        Disk.remove(next(folder));
    }

    private boolean isHeldBy(Volume volume) {
        return !volume.definition().isHome()
                && Files.exists(folder.volume())
                && sameFile(folder.volume(), volume.of(folder));
    }

    private static boolean sameFile(Path one, Path other) {
        try {
            return Files.exists(other) && Files.isSameFile(one, other);
        } catch (IOException e) {
            throw Disk.failure(one, 0, e);
        }
    }

    private void copy(Path source, Path target, long bytes) throws IOException {
        long[] done = {0};
        // the same file system under two names clones; everything else is copied
        to.make(target);
        try (var entries = Files.list(source)) {
            for (Path entry : entries.sorted().toList()) {
                Trees.duplicate(entry, target.resolve(entry.getFileName()), Trees.Way.COPY, copied -> {
                    done[0] += copied;
                    told.at("copy", done[0], bytes);
                });
            }
        }
    }

    /** Both sides, every file: its bytes, owner, mode and, where it is one, what the link says. */
    private void compare(Path source, Path target, long bytes) throws IOException {
        Kernel.sync(target);
        long[] done = {0};
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                Path copy = target.resolve(source.relativize(each));
                if (!each.equals(source)) {
                    alike(each, copy);
                }
                if (entries(each) != entries(copy)) {
                    throw differs(each);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) throws IOException {
                Path copy = target.resolve(source.relativize(each));
                if (attributes.isOther()) {
                    return FileVisitResult.CONTINUE;
                }
                alike(each, copy);
                if (!attributes.isSymbolicLink() && !Attributes.extended(each).equals(Attributes.extended(copy))) {
                    throw differs(each);
                }
                if (attributes.isSymbolicLink()
                        ? !Files.readSymbolicLink(each).equals(Files.readSymbolicLink(copy))
                        : Files.mismatch(each, copy) >= 0) {
                    throw differs(each);
                }
                done[0] += attributes.size();
                told.at("compare", Math.min(done[0], bytes), bytes);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void alike(Path one, Path other) throws IOException {
        if (!Files.exists(other, LinkOption.NOFOLLOW_LINKS)) {
            throw differs(one);
        }
        Attributes first = Attributes.of(one);
        Attributes second = Attributes.of(other);
        if (first.mode() != second.mode() || !first.hasOwnerOf(second)) {
            throw differs(one);
        }
    }

    private static long entries(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.filter(each -> !isSpecial(each)).count();
        }
    }

    /** Sockets and pipes of a program that has ended mean nothing. */
    private static boolean isSpecial(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isOther();
        } catch (IOException e) {
            throw Disk.failure(path, 0, e);
        }
    }

    private static HoldfastException differs(Path file) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3147,
                        "the copy of '" + file + "' is not what the file is",
                        "See that nothing writes to the data (the stack must be down) and that both disks are well (dmesg), then run the command again; the stack still has its data where it was."));
    }

    /** From this step on the stack has the copy. */
    private void exchange(Path target) throws IOException {
        Path next = next(folder);
        if (!target.equals(next)) {
            Disk.remove(next);
            Files.createSymbolicLink(next, target);
        }
        Kernel.exchange(next, folder.volume());
        Kernel.sync(folder.root());
    }

    /** What is to come, before the exchange; what was, after it. */
    static Path next(StackFolder folder) {
        return folder.root().resolve("volume.next");
    }

    /** Removes what a conversion that was cut off left: it is never what the stack has. */
    static void sweep(StackFolder folder, Volume home) {
        Path next = next(folder);
        if (Files.isSymbolicLink(next)) {
            // what the link leads to is in another volume, which removes it when it is next moved there
            Disk.remove(next);
        } else if (Files.exists(next)) {
            home.away(next);
        }
    }
}
