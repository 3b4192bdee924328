package dev.holdfast.targets.local.volume;

import dev.holdfast.targets.local.volume.Kernel.Descriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;

/** Subvolumes of Btrfs, by the calls that its own program makes. */
final class Btrfs {
    private static final long CREATE = 0x5000940EL;
    private static final long SNAPSHOT = 0x50009401L;
    private static final long DESTROY = 0x5000940FL;
    private static final long RESIZE = 0x50009403L;
    private static final int ARGUMENTS = 4096;
    private static final int NAME = 8;
    /** The inode of the root of every subvolume. */
    private static final long FIRST = 256;

    private Btrfs() {}

    static boolean is(Path folder) throws IOException {
        return Files.getFileStore(folder).type().equals("btrfs");
    }

    static boolean isSubvolume(Path folder) throws IOException {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && is(folder)
                && Files.getAttribute(folder, "unix:ino", LinkOption.NOFOLLOW_LINKS)
                        .equals(FIRST);
    }

    static void create(Path folder) throws IOException {
        try (Descriptor parent = Kernel.open(parent(folder), Kernel.READ)) {
            call(parent, "make a subvolume in", CREATE, 0, name(folder));
        }
    }

    /** A copy of one instant, writable and independent. */
    static void snapshot(Path of, Path to) throws IOException {
        try (Descriptor source = Kernel.open(of, Kernel.READ);
                Descriptor parent = Kernel.open(parent(to), Kernel.READ)) {
            call(parent, "make a snapshot in", SNAPSHOT, source.number(), name(to));
        }
    }

    /** Its bytes come back in the background. The kernel refuses users who are not root, unless mounted to allow it. */
    static void destroy(Path folder) throws IOException {
        try (Descriptor parent = Kernel.open(parent(folder), Kernel.READ)) {
            call(parent, "remove a subvolume of", DESTROY, 0, name(folder));
        }
    }

    /** Has the mounted file system fill its device. */
    static void grow(Path mount) throws IOException {
        try (Descriptor open = Kernel.open(mount, Kernel.READ)) {
            call(open, "grow", RESIZE, 0, "max");
        }
    }

    private static void call(Descriptor on, String what, long request, long number, String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            // struct btrfs_ioctl_vol_args { s64 fd; char name[4088]; }
            MemorySegment arguments = arena.allocate(ARGUMENTS, 8);
            arguments.set(ValueLayout.JAVA_LONG, 0, number);
            MemorySegment.copy(bytes, 0, arguments, ValueLayout.JAVA_BYTE, NAME, bytes.length);
            Kernel.control(on, what, request, arguments);
        }
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private static String name(Path path) {
        return Objects.requireNonNull(path.getFileName()).toString();
    }
}
