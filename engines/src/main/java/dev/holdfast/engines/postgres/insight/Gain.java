package dev.holdfast.engines.postgres.insight;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an index would change for one query.
 *
 * @param before the planner's cost without the index
 * @param after with it; the same where it would not be used
 */
record Gain(double before, double after, long bytes) {
    static Gain unknown() {
        return new Gain(0, 0, 0);
    }

    static Gain tried(Trial trial, NewIndex index, String role, SqlText question, PlanNode before) {
        if (!trial.canTry()) {
            return Estimate.of(before);
        }
        List<String> parts = index.parts().isEmpty() ? List.of(index.target()) : index.parts();
        long bytes = 0;
        List<String> refused = new ArrayList<>();
        for (String part : parts) {
            switch (trial.imagine(index.imagined(part))) {
                case Attempt.Done<Long>(Long made) -> bytes += trial.bytes(made);
                case Attempt.Refused<Long>(String because, String state) -> refused.add(because + state);
            }
        }
        Attempt<PlanNode> after = trial.plan(role, question);
        trial.forget();
        return refused.isEmpty() && after instanceof Attempt.Done<PlanNode>(PlanNode plan)
                ? new Gain(before.cost(), plan.cost(), bytes)
                : unknown();
    }

    /** How much of the cost would be saved, of one. */
    double share() {
        return before <= 0 ? 0 : Math.max(0, (before - after) / before);
    }

    String said() {
        if (before == 0) {
            return "";
        }
        return share() < 0.05
                ? "none while the table is this small"
                : String.format(Locale.ROOT, "cost %.0f to %.0f (-%.0f %%)", before, after, 100 * share());
    }
}
