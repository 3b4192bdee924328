package dev.holdfast.proof.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Repeated measurements of one thing, in the unit they were taken in. */
record Samples(List<Double> sorted) {
    Samples {
        sorted = sorted.stream().sorted().toList();
    }

    static Samples single(double value) {
        return new Samples(List.of(value));
    }

    /** Milliseconds of each of {@code rounds} runs, after one that does not count. */
    static Samples millis(int rounds, Runnable run) {
        return of(rounds, () -> {
            long begin = System.nanoTime();
            run.run();
            return System.nanoTime() - begin;
        });
    }

    /** Milliseconds from nanoseconds that the supplier measured itself, after one run that does not count. */
    static Samples of(int rounds, LongSupplier nanos) {
        List<Double> values = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
            double millis = nanos.getAsLong() / 1e6;
            if (round >= 0) {
                values.add(millis);
            }
        }
        return new Samples(values);
    }

    double median() {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Median with the range, such as {@code 87 (85–93)}. */
    @Override
    public String toString() {
        return sorted.size() == 1
                ? number(sorted.getFirst())
                : number(median()) + " (" + number(sorted.getFirst()) + "–" + number(sorted.getLast()) + ")";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    }
}
