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
            return at(Files.readString(TABLE), real(place));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The places at that one and below it where something is mounted. */
    static List<Path> below(Path place) throws IOException {
        Path real = real(place);
        return places(Files.readString(TABLE)).stream()
                .filter(each -> each.startsWith(real))
                .toList();
    }

    /** As the kernel knows it, which knows no links. */
    private static Path real(Path place) throws IOException {
        return Files.exists(place) ? place.toRealPath() : place.toAbsolutePath().normalize();
    }

    private static List<Path> places(String table) {
        return table.lines()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > 4)
                .map(fields -> Path.of(plain(fields[4])))
                .toList();
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
