package dev.holdfast.targets.local.volume;

import dev.holdfast.targets.local.volume.Kernel.Descriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** How many bytes things take, and how fast a disk takes them. */
final class Sizes {
    // _IOWR('f', 11, struct fiemap) of 32 bytes
    private static final long MAP = 0xC020660BL;
    private static final int HEAD = 32;
    private static final int EXTENT = 56;
    private static final int EXTENTS = 512;
    private static final int LAST = 1;
    private static final int SHARED = 0x2000;
    private static final int SAMPLE = 64 << 20;

    private Sizes() {}

    /** What the files below take on their disk; 0 where there is nothing. */
    static long total(Path folder) throws IOException {
        return walk(folder, false).total();
    }

    static Usage usage(Path folder, boolean sharing) throws IOException {
        return walk(folder, sharing);
    }

    private static Usage walk(Path folder, boolean sharing) throws IOException {
        long[] sums = new long[2];
        Set<Long> seen = new HashSet<>();
        if (Files.isDirectory(folder)) {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile()) {
                        add(file, sharing, seen, sums);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (e instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw e;
                }
            });
        }
        return new Usage(sums[0], sharing ? OptionalLong.of(sums[0] - sums[1]) : OptionalLong.of(sums[0]));
    }

    private static void add(Path file, boolean sharing, Set<Long> seen, long[] sums) throws IOException {
        try {
            Attributes attributes = Attributes.of(file);
            if (attributes.links() > 1 && !seen.add(attributes.inode())) {
                return;
            }
            if (attributes.size() > 0) {
                mapped(file, sharing, sums);
            }
        } catch (NoSuchFileException gone) {
            return;
        }
    }

    /** The extents of the file: blocks that were given out but not written yet count as well. */
    private static void mapped(Path file, boolean sharing, long[] sums) throws IOException {
        try (Descriptor open = Kernel.open(file, Kernel.READ);
                Arena arena = Arena.ofConfined()) {
            MemorySegment map = arena.allocate(HEAD + (long) EXTENT * EXTENTS, 8);
            long from = 0;
            boolean last = false;
            while (!last) {
                map.asSlice(0, HEAD).fill((byte) 0);
                map.set(ValueLayout.JAVA_LONG, 0, from);
                map.set(ValueLayout.JAVA_LONG, 8, Long.MAX_VALUE - from);
                map.set(ValueLayout.JAVA_INT, 24, EXTENTS);
                Kernel.control(open, "map", MAP, map);
                int found = map.get(ValueLayout.JAVA_INT, 20);
                last = found == 0;
                for (int i = 0; i < found; i++) {
                    long at = HEAD + (long) EXTENT * i;
                    long length = map.get(ValueLayout.JAVA_LONG, at + 16);
                    int flags = map.get(ValueLayout.JAVA_INT, at + 40);
                    from = map.get(ValueLayout.JAVA_LONG, at) + length;
                    sums[0] += length;
                    sums[1] += sharing && (flags & SHARED) != 0 ? length : 0;
                    last |= (flags & LAST) != 0;
                }
            }
        } catch (Kernel.Failure failure) {
            switch (failure.errno()) {
                case Kernel.ENOENT -> {}
                // tmpfs and others tell no extents; what they hold is as long as it is
                case Kernel.EOPNOTSUPP, Kernel.ENOTTY -> sums[0] += Files.size(file);
                default -> throw failure;
            }
        }
    }

    /** A sample is written and removed: that is what the disk takes now, with all that goes on beside. */
    static Cost cost(long bytes, Path on) throws IOException {
        if (bytes == 0) {
            return Cost.NOTHING;
        }
        int sample = (int) Math.min(SAMPLE, bytes);
        Path file = Files.createTempFile(on, ".speed", "");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
            long begun = System.nanoTime();
            for (int written = 0; written < sample; written += block.capacity()) {
                block.clear();
                channel.write(block);
            }
            channel.force(false);
            long took = Math.max(1, System.nanoTime() - begun);
            return new Cost(bytes, Optional.of(Duration.ofNanos((long) ((double) took * bytes / sample))));
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
