package dev.holdfast.targets.local.volume;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Disk;
import dev.holdfast.targets.local.volume.Kernel.Descriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** File systems inside files: made, mounted, lengthened, taken off. Every step can be done again. */
final class Images {
    private static final long NO_SET_USER_ID = 2;
    private static final long NO_DEVICES = 4;
    private static final long NO_ACCESS_TIMES = 1024;
    /** XFS_IOC_FSGROWFSDATA: struct { u64 blocks; u32 most of it for inodes in percent }. */
    private static final long XFS_GROW = 0x4010586EL;

    private static final int XFS_INODES = 25;
    private static final Duration FORMATTING = Duration.ofMinutes(5);
    private static final String UNMOUNTED = "NOT-MOUNTED";

    private Images() {}

    /** An empty file system in a file that has all its bytes of the disk, so that no other program can take them. */
    static void format(Definition definition, Formatter formatter, Consumer<String> progress) throws IOException {
        Path image = definition.image();
        Files.deleteIfExists(image);
        Files.createFile(image, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        lengthen(definition);
        List<String> command = new ArrayList<>();
        switch (definition.driver()) {
            case XFS_IMAGE -> {
                command.addAll(formatter.program("mkfs.xfs", "xfsprogs", progress));
                // what older kernels can mount, too
                command.addAll(List.of("-q", "-m", "reflink=1", "-i", "nrext64=0", "-s", "size=" + Loop.BLOCK));
            }
            case BTRFS_IMAGE -> {
                command.addAll(formatter.program("mkfs.btrfs", "btrfs-progs", progress));
                command.addAll(List.of("-q"));
            }
            case COPY, REFLINK, BTRFS ->
                throw new IllegalArgumentException(definition.driver().word());
        }
        command.add(image.toString());
        progress.accept("make " + Machine.type(definition.driver()));
        run(command);
    }

    private static void run(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment()
                .putAll(new TreeMap<>(java.util.Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C")));
        Path said = Files.createTempFile("holdfast-mkfs", "");
        try {
            Process process = builder.redirectOutput(said.toFile()).start();
            if (!process.waitFor(FORMATTING.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw failed("did not end within " + FORMATTING.toMinutes() + " min");
            }
            if (process.exitValue() != 0) {
                String words = Files.readString(said, StandardCharsets.UTF_8).strip();
                throw failed("ended with status " + process.exitValue() + ": " + words);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("was interrupted");
        } finally {
            Files.deleteIfExists(said);
        }
    }

    private static HoldfastException failed(String how) {
        return new HoldfastException(Problem.of(
                Code.HF3144,
                "the program that makes the file system " + how,
                "Correct what it names and run the same command again, which begins anew."));
    }

    /** The file's length and its share of the disk are those of the definition. */
    static void lengthen(Definition definition) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(definition.image().toFile(), "rw")) {
            if (file.length() < definition.size()) {
                file.setLength(definition.size());
            }
        }
        if (!definition.sparse()) {
            try (Descriptor open = Kernel.open(definition.image(), Kernel.WRITE)) {
                Kernel.allocate(open, definition.size());
            }
        }
    }

    /** Whether the file system that belongs there is there. */
    static boolean isMounted(Definition definition) {
        return Mounts.at(definition.mount()).isPresent() && isOurs(definition);
    }

    private static boolean isOurs(Definition definition) {
        return Disk.read(mark(definition))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
                .filter(definition.id()::equals)
                .isPresent();
    }

    /** Says inside the image whose it is. */
    static void sign(Definition definition) {
        Disk.write(mark(definition), (definition.id() + "\n").getBytes(StandardCharsets.UTF_8), Disk.OURS);
    }

    private static Path mark(Definition definition) {
        return definition.mount().resolve(".volume");
    }

    /** Attaches and mounts; does nothing where it is mounted. Has what was cut off in the middle of growing its full size. */
    static void mount(Definition definition, boolean signed) throws IOException {
        Path at = definition.mount();
        if (Mounts.at(at).isEmpty()) {
            place(at);
            if (signed) {
                finishLengthening(definition);
            }
            try (Descriptor device = Loop.attach(definition.image(), "holdfast/" + definition.name())) {
                Kernel.mount(
                        device.path(),
                        at,
                        Machine.type(definition.driver()),
                        NO_SET_USER_ID | NO_DEVICES | NO_ACCESS_TIMES,
                        definition.driver() == Driver.BTRFS_IMAGE ? "nodiscard" : "");
            }
        }
        if (signed && !isOurs(definition)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3143,
                    "what is mounted at '" + at + "' is not volume '" + definition.name() + "' of this home",
                    "Look with 'findmnt " + at + "' what it is, take it off with 'umount " + at
                            + "', and run the command again."));
        }
        if (signed) {
            fill(definition);
        }
    }

    /** What grows has its new size written down before the file has it. */
    private static void finishLengthening(Definition definition) throws IOException {
        try {
            if (Files.size(definition.image()) < definition.size()) {
                lengthen(definition);
            }
        } catch (Kernel.Failure failure) {
            // the data is worth more than the growth, which is asked for again
            if (failure.errno() != Kernel.ENOSPC) {
                throw failure;
            }
        }
    }

    /** Nobody can put anything where the volume is not: whoever is not root is refused, and root is told. */
    private static void place(Path at) throws IOException {
        if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    at, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path note = at.resolve(UNMOUNTED);
        if (!Files.exists(note)) {
            Files.writeString(
                    note,
                    "The volume whose place this is is not mounted. The next 'holdfast up' or start of the daemon mounts it.\n");
        }
        Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("---------"));
    }

    /** The file system takes all of its device, and the device all of its file. */
    static void fill(Definition definition) throws IOException {
        Path device = Loop.of(definition.image())
                .orElseThrow(() -> new IOException(definition.image() + " has no loop device although it is mounted"));
        Loop.lengthened(device);
        switch (definition.driver()) {
            case BTRFS_IMAGE -> Btrfs.grow(definition.mount());
            case XFS_IMAGE -> {
                try (Descriptor open = Kernel.open(definition.mount(), Kernel.READ);
                        Arena arena = Arena.ofConfined()) {
                    MemorySegment wanted = arena.allocate(16, 8);
                    wanted.set(ValueLayout.JAVA_LONG, 0, Files.size(definition.image()) / Loop.BLOCK);
                    wanted.set(ValueLayout.JAVA_INT, 8, XFS_INODES);
                    Kernel.control(open, "grow", XFS_GROW, wanted);
                }
            }
            case COPY, REFLINK, BTRFS ->
                throw new IllegalArgumentException(definition.driver().word());
        }
    }

    /** Does nothing where nothing is mounted. The device goes with the mount. */
    static void unmount(Definition definition) throws IOException {
        while (Mounts.at(definition.mount()).isPresent()) {
            Kernel.unmount(definition.mount());
        }
    }

    /** Takes the bytes that are kept back for the day on which the volume is full. Does nothing where they are there. */
    static void keepReserve(Definition definition) throws IOException {
        Path reserve = definition.reserve();
        long wanted = reserveOf(definition.size());
        if (Files.exists(reserve) && Files.size(reserve) == wanted) {
            return;
        }
        Path next = Objects.requireNonNull(reserve.getParent()).resolve(".reserve.new");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (Descriptor open = Kernel.open(next, Kernel.WRITE)) {
            Kernel.allocate(open, wanted);
        } catch (Kernel.Failure failure) {
            Files.deleteIfExists(next);
            throw failure;
        }
        Disk.remove(reserve);
        Disk.move(next, reserve);
    }

    static void giveReserve(Definition definition) {
        Disk.remove(definition.reserve());
    }

    /** A fiftieth, but 32 MiB at least, without which most engines do not start, and 256 MiB at most. */
    static long reserveOf(long size) {
        return Math.clamp(size / 50, 32L << 20, 256L << 20) / Loop.BLOCK * Loop.BLOCK;
    }
}
