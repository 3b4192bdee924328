package dev.holdfast.targets.local.volume;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Bytes;
import dev.holdfast.targets.local.Disk;
import dev.holdfast.targets.local.StackFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * One place for the data of stacks. A stack that is not in {@link Volumes#HOME} has a link to its part of the volume in
 * the place of {@link StackFolder#volume()}: where the volume is lost the link leads nowhere, and nothing can begin anew.
 */
public final class Volume {
    private static final String FRESH_BEGINS = ".cut-";
    private static final String FRESH_ENDS = ".new";

    private final Definition definition;
    private final Disposal disposal;

    Volume(Definition definition, Disposal disposal) {
        this.definition = definition;
        this.disposal = disposal;
    }

    public String name() {
        return definition.name();
    }

    public Driver driver() {
        return definition.driver();
    }

    public boolean isCopyOnWrite() {
        return driver().isCopyOnWrite();
    }

    /** Whether {@link #cut} is of one instant even while everything runs. */
    public boolean isAtomic() {
        return driver().isAtomic();
    }

    Definition definition() {
        return definition;
    }

    /** Where this volume keeps that stack's data, whether there is any or not. */
    Path of(StackFolder folder) {
        return definition.isHome() ? folder.volume() : definition.root().resolve(folder.name());
    }

    /** What a cut would copy and about how long that takes. Reads the sizes of all files where it has to. */
    public Cost cost(StackFolder from, Set<String> members) {
        if (isCopyOnWrite()) {
            return Cost.NOTHING;
        }
        try {
            return Sizes.cost(copied(from, members), definition.root());
        } catch (IOException e) {
            throw Disk.failure(from.volume(), 0, e);
        }
    }

    private long copied(StackFolder from, Set<String> members) {
        return isCopyOnWrite() ? 0 : bytes(from, members);
    }

    /** What these members of the stack take, whether others share it or not. */
    public long bytes(StackFolder stack, Set<String> members) {
        long bytes = 0;
        try {
            for (String member : members) {
                bytes += Sizes.total(stack.volume(member));
            }
        } catch (IOException e) {
            throw Disk.failure(stack.volume(), 0, e);
        }
        return bytes;
    }

    /** Refuses where a cut would find no room. */
    public void requireRoom(StackFolder from, Set<String> members) {
        requireRoom(copied(from, members), "a copy of " + from.name());
    }

    /** Writes out what the stack has not written yet: files are only cloned once their pages are on the disk. */
    public void settle(StackFolder stack) {
        if (!isCopyOnWrite()) {
            return;
        }
        try {
            Kernel.sync(of(stack));
        } catch (IOException e) {
            throw Disk.failure(of(stack), 0, e);
        }
    }

    /**
     * Makes the data of {@code members} of the first stack that of the second one, which has nothing else afterwards and
     * must not run; it comes into this volume, where the first one must be. The second has all of it or what it had
     * before. {@code copied} is told of bytes where they are copied.
     */
    public void cut(StackFolder from, StackFolder to, Set<String> members, LongConsumer copied) {
        Path source = of(from);
        Path target = of(to);
        requireThere();
        requireSpare();
        Path fresh = target.resolveSibling(FRESH_BEGINS + to.name() + FRESH_ENDS);
        away(fresh);
        try {
            requireRoom(copied(from, members), "a copy of " + from.name());
            if (isAtomic() && Btrfs.isSubvolume(source)) {
                Btrfs.snapshot(source, fresh);
                keepOnly(fresh, members);
            } else {
                cloned(source, fresh, members, copied);
            }
            give(fresh, to);
        } catch (IOException e) {
            away(fresh);
            throw Disk.failure(target, 0, e);
        } catch (RuntimeException e) {
            away(fresh);
            throw e;
        }
    }

    /** The stack has what is there from now on; what it had, here or in another volume, goes. */
    private void give(Path fresh, StackFolder to) throws IOException {
        Path target = of(to);
        Residence residence = new Residence(to, disposal);
        if (residence.now().equals(target)) {
            if (Files.exists(target)) {
                Kernel.exchange(fresh, target);
                away(fresh);
            } else {
                Disk.move(fresh, target);
            }
            return;
        }
        residence.sweep();
        if (definition.isHome()) {
            Disk.move(fresh, Residence.next(to));
        } else {
            requireNobodys(target);
            residence.name(target);
            away(target);
            Disk.move(fresh, target);
        }
        residence.take();
        residence.sweep();
    }

    /** What is left of a full image is for the stacks that run in it. */
    public void requireSpare() {
        if (driver().isImage() && room().isFull()) {
            alarm().ifPresent(problem -> {
                throw new HoldfastException(problem);
            });
        }
    }

    /** Whether that is the name of what a cut has not finished yet. */
    static boolean isFresh(String name) {
        return name.startsWith(FRESH_BEGINS) && name.endsWith(FRESH_ENDS);
    }

    void requireRoom(long needed, String what) {
        if (needed > 0 && Disk.hasLessThan(definition.root(), needed + Definition.MARGIN)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3146,
                    "volume '" + name() + "' has no room for " + what + ", which takes " + new Bytes(needed).inMebi()
                            + " MiB: " + new Bytes(room().left()).inMebi() + " MiB are free",
                    driver().isImage()
                            ? "Make it larger: holdfast volumes grow " + name() + " --size SIZE."
                            : "Make room there, or take a volume on another disk (holdfast volumes create)."));
        }
    }

    private void cloned(Path source, Path fresh, Set<String> members, LongConsumer copied) throws IOException {
        make(fresh);
        for (String member : members) {
            Path data = source.resolve(member);
            if (Files.isDirectory(data)) {
                Trees.Way way = isCopyOnWrite() ? Trees.Way.CLONE : Trees.Way.COPY;
                Trees.duplicate(data, fresh.resolve(member), way, copied);
            }
            Path origin = source.resolve(member + ".json");
            if (Files.exists(origin)) {
                Files.copy(origin, fresh.resolve(member + ".json"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    void away(Path unwanted) {
        disposal.away(definition.root(), unwanted, definition.sparse());
    }

    /** A folder that can be cut from later. */
    void make(Path folder) throws IOException {
        if (isAtomic()) {
            Btrfs.create(folder);
        }
        Disk.folder(folder, Disk.OURS);
    }

    private void keepOnly(Path folder, Set<String> members) throws IOException {
        try (var entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                String member = name.endsWith(".json") ? name.substring(0, name.length() - 5) : name;
                if (!members.contains(member)) {
                    Disk.remove(entry);
                }
            }
        }
    }

    /** Has the stack live here, with what data this volume has for it. Refuses one whose data is elsewhere. */
    public void place(StackFolder folder) {
        if (definition.isHome()) {
            return;
        }
        Path data = of(folder);
        Path link = folder.volume();
        try {
            if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(data)) {
                return;
            }
            if (Files.exists(link, LinkOption.NOFOLLOW_LINKS) && !isEmptyFolder(link)) {
                throw new HoldfastException(Problem.of(
                        Code.HF3145,
                        "stack '" + folder.name() + "' has its data in '" + link + "' already",
                        "Move it with 'holdfast volumes convert " + folder.name() + " --to " + name() + "'."));
            }
            requireNobodys(data);
            if (!Files.isDirectory(data)) {
                make(data);
            }
            Disk.folder(folder.root(), Disk.OURS);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, data);
        } catch (IOException e) {
            throw Disk.failure(link, 0, e);
        }
    }

    /** Nothing is taken for a stack's data, nor thrown away, because it has the stack's name. */
    void requireNobodys(Path data) throws IOException {
        if (Files.exists(data, LinkOption.NOFOLLOW_LINKS) && !isEmptyFolder(data)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3145,
                    "volume '" + name() + "' has data in '" + data + "' already, which is no stack's of this home",
                    "Look what it is and move or remove it by hand, then run the command again."));
        }
    }

    private static boolean isEmptyFolder(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (var entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    /** Has the two stacks, which must both be here and must not run, change their data in one step. */
    public void exchange(StackFolder one, StackFolder other) {
        try {
            Kernel.exchange(of(one), of(other));
        } catch (IOException e) {
            throw Disk.failure(of(one), 0, e);
        }
    }

    /** Takes all data of that stack away at once; its bytes are given back a little later. */
    public void remove(StackFolder folder) {
        if (Files.isSymbolicLink(folder.volume())) {
            new Residence(folder, disposal).leave();
        } else {
            away(of(folder));
        }
    }

    /** What the stack takes of this volume. Looks at every file. */
    public Usage usage(StackFolder folder) {
        try {
            return Sizes.usage(of(folder), isCopyOnWrite());
        } catch (IOException e) {
            throw Disk.failure(of(folder), 0, e);
        }
    }

    /** Whether it can be used now: an image has to be mounted. */
    public boolean isThere() {
        return definition.whole() && (!driver().isImage() || Images.isMounted(definition));
    }

    /** Whether making it came to its end. */
    public boolean isWhole() {
        return definition.whole();
    }

    /** Refuses where {@link #isThere} says no. */
    public void requireThere() {
        if (!definition.whole()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3143,
                    "volume '" + name() + "' was never finished: its making was cut off",
                    "Run the 'holdfast volumes create " + name()
                            + " …' again that made it, or 'holdfast volumes remove " + name() + "'."));
        }
        if (!isThere()) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3143,
                            "volume '" + name() + "' is not mounted at '" + definition.mount() + "'",
                            "Mount it with 'holdfast volumes mend', which needs root; the data in it is not touched by anything meanwhile."));
        }
    }

    /** The folder in which the stacks' folders are. */
    public Path root() {
        return definition.root();
    }

    public Room room() {
        return definition.room();
    }

    /** What somebody should do about the room before engines stop; empty where there is enough, or nobody can say. */
    public Optional<Problem> alarm() {
        if (!isThere() || !room().isNearlyFull()) {
            return Optional.empty();
        }
        Room room = room();
        return Optional.of(Problem.of(
                Code.HF3148,
                "volume '" + name() + "' is " + (room.isFull() ? "full" : "nearly full") + ": "
                        + new Bytes(room.left()).inMebi() + " of " + new Bytes(room.size()).inMebi()
                        + " MiB are left for all stacks in it",
                driver().isImage()
                        ? "Run 'holdfast volumes grow " + name()
                                + " --size SIZE', or throw branches away: 'holdfast volumes usage " + name()
                                + "' says what each takes."
                        : "Free space on the file system of '" + definition.root() + "'."));
    }
}
