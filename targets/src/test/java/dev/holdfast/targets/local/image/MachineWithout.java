package dev.holdfast.targets.local.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A PATH with every tool that an installation uses except one. */
final class MachineWithout {
    private MachineWithout() {}

    static String program(String missing, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String program : List.of("apt-get", "apt-cache", "dpkg-deb", "tar", "mvn", "sh", "xz", "rm")) {
            Path there = Path.of("/usr/bin", program);
            if (!program.equals(missing) && Files.exists(there)) {
                Files.createSymbolicLink(folder.resolve(program), there);
            }
        }
        return folder.toString();
    }
}
