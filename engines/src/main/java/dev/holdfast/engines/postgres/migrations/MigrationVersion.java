package dev.holdfast.engines.postgres.migrations;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The number of a versioned file, as Flyway reads it: {@code 1}, {@code 1.2}, {@code 20260131120000}. Equal are 1, 01 and 1.0. */
public record MigrationVersion(List<BigInteger> parts) implements Comparable<MigrationVersion> {
    private static final Pattern FORM = Pattern.compile("[0-9]{1,40}([._][0-9]{1,40}){0,9}");

    public MigrationVersion {
        List<BigInteger> significant = new ArrayList<>(parts);
        while (significant.size() > 1 && significant.getLast().signum() == 0) {
            significant.removeLast();
        }
        parts = List.copyOf(significant);
    }

    /** Empty where the text is no version. */
    public static Optional<MigrationVersion> parse(String text) {
        if (!FORM.matcher(text).matches()) {
            return Optional.empty();
        }
        List<BigInteger> parts = new ArrayList<>();
        for (String part : text.split("[._]", -1)) {
            parts.add(new BigInteger(part));
        }
        return Optional.of(new MigrationVersion(parts));
    }

    /** Whether it is one plain number that somebody counted, and not a moment. */
    boolean isCounted() {
        return parts.size() == 1 && parts.getFirst().bitLength() < 24;
    }

    @Override
    public int compareTo(MigrationVersion other) {
        for (int i = 0; i < Math.max(parts.size(), other.parts.size()); i++) {
            BigInteger mine = i < parts.size() ? parts.get(i) : BigInteger.ZERO;
            BigInteger theirs = i < other.parts.size() ? other.parts.get(i) : BigInteger.ZERO;
            if (!mine.equals(theirs)) {
                return mine.compareTo(theirs);
            }
        }
        return 0;
    }

    @Override
    public String toString() {
        return String.join(".", parts.stream().map(BigInteger::toString).toList());
    }
}
