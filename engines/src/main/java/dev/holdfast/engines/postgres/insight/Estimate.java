package dev.holdfast.engines.postgres.insight;

/** What an index would gain where none can be tried: the rows a condition leaves, fetched one by one. */
final class Estimate {
    /** A page read out of order and a row looked at, in the planner's own units and on a solid-state disk. */
    private static final double A_ROW = 1.1 + 0.015;

    private static final double DESCENT = 4;

    private Estimate() {}

    static Gain of(PlanNode plan) {
        double saved = 0;
        for (PlanNode node : plan.all()) {
            if (node.isFullRead() && !node.text("Filter").isEmpty()) {
                saved += Math.max(0, node.cost() - DESCENT - node.plannedRows() * A_ROW);
            }
        }
        return new Gain(plan.cost(), Math.max(DESCENT, plan.cost() - saved), 0);
    }
}
