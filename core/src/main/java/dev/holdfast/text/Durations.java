package dev.holdfast.text;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Durations as a stack file writes them: one whole number and one unit ({@code 200ms}, {@code 60s}, {@code 5m}). */
public final class Durations {
    /** The form for JSON Schema; {@link #parse} takes exactly what it matches. */
    public static final String PATTERN = "^[0-9]{1,9}(ms|s|m|h|d)$";

    private static final List<Unit> UNITS = List.of(
            new Unit("ms", 1),
            new Unit("s", 1_000),
            new Unit("m", 60_000),
            new Unit("h", 3_600_000),
            new Unit("d", 86_400_000));

    private Durations() {}

    public static Optional<Duration> parse(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 9) {
            return Optional.empty();
        }
        String suffix = text.substring(digits);
        for (Unit unit : UNITS) {
            if (unit.word.equals(suffix)) {
                return Optional.of(Duration.ofMillis(Integer.parseInt(text.substring(0, digits)) * unit.millis));
            }
        }
        return Optional.empty();
    }

    /** The shortest exact form; finer than a millisecond is cut off. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        for (int i = UNITS.size() - 1; i >= 0; i--) {
            Unit unit = UNITS.get(i);
            if (millis % unit.millis == 0) {
                return millis / unit.millis + unit.word;
            }
        }
        return millis + "ms";
    }

    private record Unit(String word, long millis) {}
}
