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
    private final boolean isOwn;

    private SmallDisk(Path folder, boolean isOwn) {
        this.folder = folder;
        this.isOwn = isOwn;
    }

    /** @param size as mount words it, {@code 60m} */
    static SmallDisk mounted(String size) {
        try {
            Path folder = Files.createTempDirectory("hf-disk");
            Machine.run("mount", "-t", "tmpfs", "-o", "mode=0700,size=" + size, "holdfast-scenario", folder.toString());
            return new SmallDisk(folder, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With what the folder held, which nobody may be using; when it is closed the folder holds that again, as it was. */
    static SmallDisk inPlaceOf(Path folder, String size) {
        SmallDisk there = mounted(size);
        Machine.run("cp", "-a", folder + "/.", there.folder().toString());
        Machine.run("chown", "--reference=" + folder, there.folder().toString());
        Machine.run("mount", "--bind", there.folder().toString(), folder.toString());
        Machine.run("umount", there.folder().toString());
        Machine.run("rmdir", there.folder().toString());
        return new SmallDisk(folder, false);
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
        if (isOwn) {
            Machine.run("rmdir", folder.toString());
        }
    }
}
