package dev.holdfast.stack;

import java.util.Optional;

/** An amount of memory or storage, always written with its unit in a stack file ({@code 2Gi}, {@code 512Mi}). */
public record Bytes(long count) implements Comparable<Bytes> {
    public static final long KIBI = 1L << 10;
    public static final long MEBI = 1L << 20;
    public static final long GIBI = 1L << 30;

    /** The form for JSON Schema; {@link #parse} takes exactly what it matches. */
    public static final String PATTERN = "^[0-9]{1,9}(B|Ki|Mi|Gi|Ti)$";

    /** Reads {@code 512Mi}; empty for a missing or unknown unit and for what is not a whole number of it. */
    public static Optional<Bytes> parse(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 9) {
            return Optional.empty();
        }
        long number = Integer.parseInt(text.substring(0, digits));
        return switch (text.substring(digits)) {
            case "B" -> Optional.of(new Bytes(number));
            case "Ki" -> Optional.of(new Bytes(number * KIBI));
            case "Mi" -> Optional.of(new Bytes(number * MEBI));
            case "Gi" -> Optional.of(new Bytes(number * GIBI));
            case "Ti" -> Optional.of(new Bytes(number * (GIBI << 10)));
            default -> Optional.empty();
        };
    }

    public static Bytes mebi(long count) {
        return new Bytes(Math.multiplyExact(count, MEBI));
    }

    public long inMebi() {
        return count / MEBI;
    }

    @Override
    public int compareTo(Bytes other) {
        return Long.compare(count, other.count);
    }

    /** The shortest exact form in binary units, as a stack file writes it. */
    @Override
    public String toString() {
        if (count != 0 && count % GIBI == 0) {
            return count / GIBI + "Gi";
        }
        if (count != 0 && count % MEBI == 0) {
            return count / MEBI + "Mi";
        }
        return count != 0 && count % KIBI == 0 ? count / KIBI + "Ki" : count + "B";
    }
}
