package dev.holdfast.proof.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/**
 * Two ways to the same end, measured turn by turn: who goes first changes, so that what else the machine does weighs on both.
 * Milliseconds; the values of one round stand at the same place.
 */
record Turns(List<Double> ours, List<Double> theirs) {
    Turns {
        ours = List.copyOf(ours);
        theirs = List.copyOf(theirs);
    }

    /** A first round does not count. */
    static Turns of(int rounds, DoubleSupplier ours, DoubleSupplier theirs) {
        List<Double> mine = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            boolean isFirst = round % 2 == 0;
            double early = isFirst ? ours.getAsDouble() : theirs.getAsDouble();
            double late = isFirst ? theirs.getAsDouble() : ours.getAsDouble();
            if (round > 0) {
                mine.add(isFirst ? early : late);
                others.add(isFirst ? late : early);
            }
        }
        return new Turns(mine, others);
    }

    /** Of each round on its own. */
    Samples ratios() {
        return new Samples(IntStream.range(0, ours.size())
                .mapToObj(round -> ours.get(round) / theirs.get(round))
                .toList());
    }

    /** @param goal the most that the median of the rounds' ratios may be */
    Row row(String what, String floor, double goal, String command, Page page) {
        page.remark(what + ", ratio of each round: " + ratios() + " over " + ours.size() + " rounds");
        return new Row(
                what,
                new Samples(ours),
                "ms",
                Optional.of(new Row.Floor(floor, new Samples(theirs))),
                String.format(Locale.ROOT, "≤ %.2f ×", goal),
                ratios().median() <= goal,
                command);
    }
}
