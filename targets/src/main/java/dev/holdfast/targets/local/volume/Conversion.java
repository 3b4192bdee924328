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
record Conversion(StackFolder folder, Disposal disposal, Volume from, Volume to, Told told) {
    /** Told how far it is; may throw to end it, which leaves the stack where it was. */
    interface Told {
        void at(String step, long done, long total);
    }

    void run() {
        Residence residence = new Residence(folder, disposal);
        residence.sweep();
        Path source = from.of(folder);
        Path target = to.definition().isHome() ? Residence.next(folder) : to.of(folder);
        try {
            to.requireNobodys(target);
            residence.name(target);
            long bytes = Sizes.total(source);
            to.requireRoom(bytes, "the data of " + folder.name());
            copy(source, target, bytes);
            compare(source, target, bytes);
            Kernel.sync(to.definition().root());
            residence.take();
        } catch (IOException e) {
            throw Disk.failure(target, 0, e);
        } finally {
            residence.sweep();
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
}
