package dev.holdfast.proof.benchmark;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Repeated measurements of one thing, in the unit they were taken in. */
record Samples(double... sorted) {
    Samples {
        sorted = sorted.clone();
        Arrays.sort(sorted);
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
        nanos.getAsLong();
        double[] values = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            values[round] = nanos.getAsLong() / 1e6;
        }
        return new Samples(values);
    }

    double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Median with the range, such as {@code 87 (85–93)}. */
    @Override
    public String toString() {
        return sorted.length == 1
                ? number(sorted[0])
                : number(median()) + " (" + number(sorted[0]) + "–" + number(sorted[sorted.length - 1]) + ")";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    }
}
