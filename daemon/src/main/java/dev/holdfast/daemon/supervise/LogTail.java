package dev.holdfast.daemon.supervise;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The end of a log, read from its end: the cost does not grow with the log. */
public final class LogTail {
    private static final int MAX_BYTES = 256 << 10;
    private static final List<String> TELLING = List.of(
            "fatal", "panic", "error", "cannot", "could not", "failed", "denied", "exception", "no such", "refused");

    private LogTail() {}

    /** At most so many last lines, oldest first; none where there is no log. */
    public static List<String> lines(Path log, int max) {
        if (max <= 0 || !Files.exists(log)) {
            return List.of();
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - MAX_BYTES);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            List<String> lines = new ArrayList<>(
                    new String(bytes, StandardCharsets.UTF_8).lines().toList());
            if (from > 0 && lines.size() > 1) {
                lines.removeFirst();
            }
            return List.copyOf(lines.subList(Math.max(0, lines.size() - max), lines.size()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The last lines that say what went wrong; the very last ones where none does. */
    public static List<String> telling(Path log, int max) {
        List<String> last = lines(log, 60);
        List<String> telling = last.stream()
                .filter(line -> {
                    String lower = line.toLowerCase(Locale.ROOT);
                    return TELLING.stream().anyMatch(lower::contains);
                })
                .toList();
        List<String> chosen = telling.isEmpty() ? last : telling;
        return chosen.subList(Math.max(0, chosen.size() - max), chosen.size());
    }
}
