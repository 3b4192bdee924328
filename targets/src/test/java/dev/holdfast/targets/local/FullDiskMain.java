package dev.holdfast.targets.local;

import dev.holdfast.problem.HoldfastException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fills the file system of the folder and then writes to it. */
final class FullDiskMain {
    private FullDiskMain() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Path state = folder.resolve("state");
        Disk.write(state, "before".getBytes(StandardCharsets.UTF_8), Disk.OURS);
        fill(folder.resolve("ballast"));
        try {
            Disk.write(state, new byte[8192], Disk.OURS);
        } catch (HoldfastException e) {
            System.out.println(e.getMessage());
        }
        System.out.println("afterwards: " + Files.readString(state) + ", "
                + folder.toFile().list().length + " files");
    }

    private static void fill(Path ballast) {
        try (OutputStream stream = Files.newOutputStream(ballast)) {
            while (true) {
                stream.write(new byte[4096]);
            }
        } catch (IOException full) {
            System.out.println("filled");
        }
    }
}
