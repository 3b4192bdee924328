package dev.holdfast.stack;

import java.util.Optional;

/** A share of processors in thousandths of a core: {@code 1}, {@code 0.5} or {@code 250m} in a stack file. */
public record Cpu(long millis) {
    /** The form for JSON Schema; {@link #parse} takes exactly what it matches. */
    public static final String PATTERN = "^([0-9]{1,5}(\\.[0-9]{1,3})?|[0-9]{1,8}m)$";

    public static Optional<Cpu> parse(String text) {
        int dot = text.indexOf('.');
        if (text.endsWith("m")) {
            return digits(text.substring(0, text.length() - 1), 8).map(Cpu::new);
        }
        if (dot < 0) {
            return digits(text, 5).map(cores -> new Cpu(cores * 1000));
        }
        String fraction = text.substring(dot + 1);
        Optional<Long> thousandths =
                digits(fraction, 3).map(value -> value * (long) Math.pow(10, 3 - fraction.length()));
        return digits(text.substring(0, dot), 5)
                .flatMap(cores -> thousandths.map(rest -> new Cpu(cores * 1000 + rest)));
    }

    private static Optional<Long> digits(String text, int most) {
        boolean number =
                !text.isEmpty() && text.length() <= most && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    public double cores() {
        return millis / 1000.0;
    }

    @Override
    public String toString() {
        return millis % 1000 == 0 ? Long.toString(millis / 1000) : millis + "m";
    }
}
