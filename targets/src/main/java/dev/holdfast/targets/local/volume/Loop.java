package dev.holdfast.targets.local.volume;

import dev.holdfast.targets.local.volume.Kernel.Descriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Loop devices: a file as a disk. Each goes by itself with the last that uses it, so that no crash leaves one behind. */
final class Loop {
    /** Of both sides, so that no write of the file system has to be read first. */
    static final int BLOCK = 4096;

    private static final Path CONTROL = Path.of("/dev/loop-control");
    private static final Path BLOCKS = Path.of("/sys/block");
    private static final long FREE = 0x4C82;
    private static final long CONFIGURE = 0x4C0A;
    private static final long CAPACITY = 0x4C07;
    private static final int GOES_BY_ITSELF = 4;
    private static final int DIRECT = 16;
    // struct loop_config { u32 fd, block_size; struct loop_info64 info; u64 reserved[8] }
    private static final int CONFIGURATION = 304;
    private static final int FLAGS = 8 + 52;
    private static final int NAME = 8 + 56;
    private static final int ATTEMPTS = 100;
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Loop() {}

    static boolean isThere() {
        return Files.exists(CONTROL);
    }

    /** An open device of that file. It stays for as long as it is open or mounted. */
    static Descriptor attach(Path image, String name) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                Optional<Path> already = of(image);
                if (already.isEmpty()) {
                    return attached(image, name);
                }
                // a second one over the same file would be two disks that know nothing of each other
                Descriptor device = Kernel.open(already.get(), Kernel.READ_WRITE);
                if (of(image).equals(already)) {
                    return device;
                }
                device.close();
            } catch (Kernel.Failure failure) {
                // somebody else was given the same free device, or the last user of the one that was found has left it
                boolean passes = failure.errno() == Kernel.EBUSY || failure.errno() == Kernel.ENXIO;
                if (!passes || attempt == ATTEMPTS) {
                    throw failure;
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private static Descriptor attached(Path image, String name) throws IOException {
        int number;
        try (Descriptor control = Kernel.open(CONTROL, Kernel.READ_WRITE)) {
            number = Kernel.control(control, "find a free loop device by", FREE, 0L);
        }
        Descriptor device = Kernel.open(Path.of("/dev/loop" + number), Kernel.READ_WRITE);
        boolean kept = false;
        try (Descriptor file = Kernel.open(image, Kernel.READ_WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment configuration = arena.allocate(CONFIGURATION, 8);
            configuration.set(ValueLayout.JAVA_INT, 0, file.number());
            configuration.set(ValueLayout.JAVA_INT, 4, BLOCK);
            configuration.set(ValueLayout.JAVA_INT, FLAGS, DIRECT | GOES_BY_ITSELF);
            byte[] label = name.getBytes(StandardCharsets.US_ASCII);
            MemorySegment.copy(label, 0, configuration, ValueLayout.JAVA_BYTE, NAME, Math.min(label.length, 63));
            Kernel.control(device, "attach " + image + " to", CONFIGURE, configuration);
            kept = true;
            return device;
        } finally {
            if (!kept) {
                device.close();
            }
        }
    }

    /** The device that has this very file, if any has. */
    static Optional<Path> of(Path image) throws IOException {
        if (!Files.exists(image) || !Files.isDirectory(BLOCKS)) {
            return Optional.empty();
        }
        try (Stream<Path> devices = Files.list(BLOCKS)) {
            for (Path device : devices.sorted().toList()) {
                Optional<Path> file = backing(device);
                if (file.isPresent() && Files.exists(file.get()) && Files.isSameFile(file.get(), image)) {
                    return Optional.of(Path.of("/dev").resolve(device.getFileName()));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> backing(Path device) throws IOException {
        try {
            return Optional.of(Path.of(
                    Files.readString(device.resolve("loop/backing_file")).strip()));
        } catch (NoSuchFileException notAttached) {
            return Optional.empty();
        }
    }

    /** Tells the device that its file has become longer. */
    static void lengthened(Path device) throws IOException {
        try (Descriptor open = Kernel.open(device, Kernel.READ_WRITE)) {
            Kernel.control(open, "lengthen", CAPACITY, 0L);
        }
    }

    /** Whether writes pass the machine's cache, which would hold everything twice. */
    static boolean isDirect(Path device) throws IOException {
        Path dio = BLOCKS.resolve(device.getFileName()).resolve("loop/dio");
        return Files.exists(dio) && Files.readString(dio).strip().equals("1");
    }
}
