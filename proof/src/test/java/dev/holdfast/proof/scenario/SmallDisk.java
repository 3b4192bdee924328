package dev.holdfast.proof.scenario;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file system of its own that is soon full. Mounting one takes root. */
final class SmallDisk implements AutoCloseable {
    private static final int BLOCK = 64 * 1024;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** @param size as mount words it, {@code 60m} */
    static SmallDisk mounted(String size) {
        try {
            Path folder = Files.createTempDirectory("hf-disk");
            Machine.run("mount", "-t", "tmpfs", "-o", "mode=0700,size=" + size, "holdfast-scenario", folder.toString());
            return new SmallDisk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    void grow(String size) {
        Machine.run("mount", "-o", "remount,size=" + size, folder.toString());
    }

    /** Takes all that is left but this many bytes. */
    void fill(long spare) {
        try (OutputStream file =
                Files.newOutputStream(folder.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            long left = Files.getFileStore(folder).getUsableSpace();
            while (left > spare) {
                int size = (int) Math.min(BLOCK, left - spare);
                file.write(new byte[size]);
                left = Files.getFileStore(folder).getUsableSpace();
            }
        } catch (IOException full) {
            // which is what was wanted
        }
    }

    void free() {
        try {
            Files.deleteIfExists(folder.resolve("filler"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Machine.run("umount", "--lazy", folder.toString());
        Machine.run("rmdir", folder.toString());
    }
}
