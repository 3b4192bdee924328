package dev.holdfast.targets.local.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A JDK to be shown to Java engines at {@code /java}, with the files of the machine that it links to.
 *
 * @param outside what its links lead to below {@code /etc}; distributions keep a JDK's settings and certificates in {@code /etc}
 */
public record JavaRuntime(Path home, SortedSet<Path> outside) {
    public JavaRuntime {
        outside = new TreeSet<>(outside);
    }

    /** Looks for links that leave {@code home} for {@code /etc}. Reads only the folders that distributions link from. */
    public static JavaRuntime at(Path home) throws IOException {
        Path real = home.toRealPath();
        SortedSet<Path> outside = new TreeSet<>();
        for (String folder : List.of("conf", "lib/security", "lib")) {
            if (!Files.isDirectory(real.resolve(folder))) {
                continue;
            }
            int depth = folder.equals("lib") ? 1 : 4;
            try (Stream<Path> files = Files.walk(real.resolve(folder), depth)) {
                for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                    Path target =
                            link.resolveSibling(Files.readSymbolicLink(link)).normalize();
                    if (target.startsWith("/etc") && Files.isReadable(target)) {
                        outside.add(target);
                    }
                }
            }
        }
        return new JavaRuntime(real, outside);
    }
}
