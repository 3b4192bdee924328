package dev.holdfast.targets.local.volume;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Bytes;
import dev.holdfast.targets.local.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Volumes made, lengthened and removed. What is to be is written down before anything is done. */
record Creation(Volumes volumes, Path folder, Formatter formatter, Disposal disposal) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");
    /** The programs that make them refuse less. */
    private static final Bytes LEAST = Bytes.mebi(512);

    private static final Bytes USUAL = new Bytes(20 * Bytes.GIBI);

    Volume run(Wish wish, Consumer<String> progress) {
        requireName(wish.name());
        Optional<Volume> there = volumes.known(wish.name());
        if (there.filter(Volume::isWhole).isPresent()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3140,
                    "there is a volume '" + wish.name() + "' already",
                    "Choose another name, or make that one larger with 'holdfast volumes grow'."));
        }
        Path own = folder.resolve(wish.name());
        Driver driver = wish.driver().orElseGet(() -> best(wish, own));
        requireMeaning(wish, driver);
        there.ifPresent(this::remove);
        return driver.isImage() ? image(wish, driver, own, progress) : inFolder(wish, driver, own);
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches() || name.equals(Volumes.HOME)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3140,
                    "'" + name + "' cannot be the name of a volume",
                    "Choose a name of at most 40 lower-case letters, digits and '-', beginning and ending with a letter or digit, other than '"
                            + Volumes.HOME + "'."));
        }
    }

    private static void requireMeaning(Wish wish, Driver driver) {
        if (driver.isImage() && wish.at().isPresent()) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3140,
                            "an image lives among Holdfast's own files, not in a folder of its own",
                            "Leave --at out; for an image on another disk make a link to there of the folder 'volumes' of Holdfast's data."));
        }
        if (!driver.isImage() && (wish.size().isPresent() || wish.sparse())) {
            throw new HoldfastException(Problem.of(
                    Code.HF3149,
                    "a " + driver.word() + " volume has the size of its file system",
                    "Leave --size out, or take --driver xfs-image or btrfs-image."));
        }
    }

    /** What clones files and costs least; plain copying is never chosen for somebody. */
    private Driver best(Wish wish, Path own) {
        if (wish.size().isEmpty()
                && !wish.sparse()
                && refusal(Driver.REFLINK, wish.at().orElse(own)).isEmpty()) {
            return Driver.REFLINK;
        }
        if (wish.at().isPresent()) {
            throw new HoldfastException(refusal(Driver.REFLINK, wish.at().get()).orElseThrow());
        }
        Machine.require(Driver.XFS_IMAGE);
        return Driver.XFS_IMAGE;
    }

    /** Why there can be none of that kind in that folder, which need not be there. */
    Optional<Problem> refusal(Driver driver, Path in) {
        Path at = in.toAbsolutePath();
        while (!Files.isDirectory(at)) {
            at = Objects.requireNonNull(at.getParent());
        }
        Path existing = at;
        try {
            return switch (driver) {
                case COPY -> Optional.empty();
                case REFLINK ->
                    Trees.clones(existing)
                            ? Optional.empty()
                            : Optional.of(lacking(driver, existing, "does not clone files"));
                case BTRFS ->
                    Btrfs.is(existing) ? Optional.empty() : Optional.of(lacking(driver, existing, "is no Btrfs"));
                case XFS_IMAGE, BTRFS_IMAGE -> Machine.refusal(driver);
            };
        } catch (IOException e) {
            throw Disk.failure(existing, 0, e);
        }
    }

    private static Problem lacking(Driver driver, Path folder, String what) throws IOException {
        return Problem.of(
                Code.HF3142,
                "there can be no " + driver.word() + " volume in '" + folder + "': its file system ("
                        + Files.getFileStore(folder).type() + ") " + what,
                "Name a folder on XFS or Btrfs with --at FOLDER, take an image (--driver xfs-image, which needs root), or say --driver copy and accept that branches are whole copies.");
    }

    private Volume inFolder(Wish wish, Driver driver, Path own) {
        Path root = wish.at().orElse(own.resolve("stacks"));
        requireEmpty(root);
        Disk.folder(root, Disk.OURS);
        refusal(driver, root).ifPresent(problem -> {
            throw new HoldfastException(problem);
        });
        Definition definition = new Definition(
                wish.name(), driver, own, root, 0, false, UUID.randomUUID().toString(), true);
        definition.write();
        return new Volume(definition, disposal);
    }

    private static void requireEmpty(Path root) {
        if (!root.isAbsolute()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3140, "'" + root + "' is no absolute path", "Give --at the whole path of a folder."));
        }
        if (Files.isDirectory(root)) {
            try (var entries = Files.list(root)) {
                if (entries.findAny().isPresent()) {
                    throw new HoldfastException(Problem.of(
                            Code.HF3140,
                            "the folder '" + root + "' is not empty",
                            "Name one that is not there yet, or empty it."));
                }
            } catch (IOException e) {
                throw Disk.failure(root, 0, e);
            }
        }
    }

    private Volume image(Wish wish, Driver driver, Path own, Consumer<String> progress) {
        Machine.require(driver);
        long size = whole(wish.size().orElse(USUAL.count()));
        Disk.folder(own, Disk.OURS);
        if (!wish.sparse()) {
            requireBelow(own, size);
        }
        Definition definition = new Definition(
                wish.name(),
                driver,
                own,
                own.resolve("mount").resolve("stacks"),
                size,
                wish.sparse(),
                UUID.randomUUID().toString(),
                false);
        definition.write();
        try {
            Images.format(definition, formatter, progress);
            progress.accept("mount it");
            Images.mount(definition, false);
            Disk.folder(definition.mount(), Disk.OURS);
            Images.sign(definition);
            Disk.folder(definition.root(), Disk.OURS);
            Images.keepReserve(definition);
            Kernel.sync(definition.mount());
        } catch (IOException e) {
            remove(new Volume(definition, disposal));
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3144,
                            "volume '" + wish.name() + "' could not be made: " + e.getMessage(),
                            "Correct what it names and run the same command again."),
                    e);
        } catch (RuntimeException e) {
            remove(new Volume(definition, disposal));
            throw e;
        }
        Definition made = definition.made();
        made.write();
        return new Volume(made, disposal);
    }

    private static long whole(long size) {
        if (size < LEAST.count()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3149,
                    "an image of " + new Bytes(size) + " is too small for a file system",
                    "Ask for " + LEAST + " at least."));
        }
        return size / Bytes.MEBI * Bytes.MEBI;
    }

    private static void requireBelow(Path own, long more) {
        if (Disk.hasLessThan(own, more + Definition.MARGIN)) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3146,
                            "the disk under '" + own + "' has no " + new Bytes(more).inMebi()
                                    + " MiB left for the image",
                            "Ask for less, free space there, or say --sparse when you make the volume: then it takes only what is in it, and can find the disk full."));
        }
    }

    Volume grow(Volume volume, long asked) {
        Definition before = volume.definition();
        if (!before.driver().isImage()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3149,
                    "volume '" + volume.name() + "' is a folder ("
                            + before.driver().word() + ") and has the size of its file system",
                    "Make that file system larger by its own means."));
        }
        long size = whole(asked);
        if (size < before.size()) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3149,
                            "volume '" + volume.name() + "' has " + new Bytes(before.size())
                                    + " and cannot become smaller",
                            "Make a smaller one with 'holdfast volumes create', and move its stacks there with 'holdfast volumes convert'."));
        }
        if (!before.sparse()) {
            requireBelow(before.folder(), size - before.size());
        }
        Definition after = before.withSize(size);
        // first of all: whoever is killed after this has the rest done by the next mount or by running it again
        after.write();
        try {
            Images.lengthen(after);
            Images.fill(after);
            Volume grown = new Volume(after, disposal);
            if (!grown.room().isNearlyFull()) {
                Images.keepReserve(after);
            }
            return grown;
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3144,
                            "volume '" + volume.name() + "' could not be made larger: " + e.getMessage(),
                            "Correct what it names and run the same command again; nothing in the volume was touched."),
                    e);
        }
    }

    /** The caller has seen that no stack is in it. */
    void remove(Volume volume) {
        Definition definition = volume.definition();
        if (definition.isHome()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3145,
                    "volume '" + Volumes.HOME + "' is the home's own folder",
                    "Remove the stacks in it one by one: holdfast down STACK --purge."));
        }
        try {
            if (definition.whole() && volume.isThere()) {
                requireNothing(definition);
            }
            if (definition.driver().isImage()) {
                Images.unmount(definition);
            } else {
                Disk.remove(Definition.trash(definition.root()));
                Files.deleteIfExists(definition.root());
            }
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3145,
                            "volume '" + volume.name() + "' cannot be taken away: " + e.getMessage(),
                            "End what uses '" + definition.root() + "' (fuser -vm), and run the command again."),
                    e);
        }
        requireUnmounted(definition.folder());
        Disk.remove(definition.folder());
    }

    private static void requireUnmounted(Path folder) {
        try {
            List<Path> mounted = Mounts.below(folder);
            if (!mounted.isEmpty()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3145,
                        "something is mounted at '" + mounted.getFirst() + "', where a volume is to be removed",
                        "Look with 'findmnt " + mounted.getFirst()
                                + "' what it is, take it off with umount, and run the command again."));
            }
        } catch (IOException e) {
            throw Disk.failure(folder, 0, e);
        }
    }

    /** Data of a stack whose folder is gone is data all the same. */
    private static void requireNothing(Definition definition) throws IOException {
        try (var entries = Files.list(definition.root())) {
            List<Path> left = entries.filter(entry -> !entry.equals(Definition.trash(definition.root())))
                    .toList();
            if (!left.isEmpty()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3145,
                        "volume '" + definition.name() + "' holds '" + left.getFirst()
                                + "', which no stack of this home knows",
                        "Look what it is and move or remove it by hand, then run the command again."));
            }
        }
    }
}
