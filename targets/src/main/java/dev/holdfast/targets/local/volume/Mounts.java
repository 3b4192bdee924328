package dev.holdfast.targets.local.volume;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is mounted, as the kernel says it. */
final class Mounts {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");

    private Mounts() {}

    /** The type of the file system whose root is seen at that very place. */
    static Optional<String> at(Path place) {
        try {
            return at(Files.readString(TABLE), place.toAbsolutePath().normalize());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Optional<String> at(String table, Path place) {
        Optional<String> found = Optional.empty();
        for (String line : table.split("\n", -1)) {
            List<String> fields = List.of(line.split(" ", -1));
            int dash = fields.indexOf("-");
            if (dash > 4
                    && dash + 1 < fields.size()
                    && Path.of(plain(fields.get(4))).equals(place)) {
                // the last one covers those before it
                found = Optional.of(fields.get(dash + 1));
            }
        }
        return found;
    }

    /** The kernel writes blanks and backslashes of names as octal numbers. */
    private static String plain(String written) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < written.length(); i++) {
            if (written.charAt(i) == '\\' && i + 3 < written.length()) {
                plain.append((char) Integer.parseInt(written.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(written.charAt(i));
            }
        }
        return plain.toString();
    }
}
