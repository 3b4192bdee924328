package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engines.postgres.insight.PlanReport.Proposals;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A plan as rows, and what each operation does that it need not. */
record PlanText(PlanNode plan, Map<String, Facts> tables, Proposals proposals, String where) {
    private static final double HOT = 30;
    private static final double MISJUDGED = 10;
    private static final long LARGE = 10_000;
    private static final long PAGE = 8192;

    void write(Sheet sheet) {
        for (PlanNode node : plan.all()) {
            sheet.row(
                    "",
                    findings(node),
                    node.line(),
                    node.cost(),
                    node.plannedRows(),
                    node.wasRun() ? node.actualRows() * Math.max(1, node.loops()) : "",
                    node.wasRun() ? node.millis() : "",
                    share(node),
                    node.wasRun() ? Math.round(node.number("Shared Read Blocks")) * PAGE : "",
                    node.wasRun() ? Math.round(node.number("Temp Written Blocks")) * PAGE : "");
        }
    }

    /** Of the time where it ran, of the cost where it was only planned. */
    private double share(PlanNode node) {
        double all = plan.wasRun() ? plan.millis() : plan.cost();
        double own = plan.wasRun() ? node.ownMillis() : node.ownCost();
        return all <= 0 ? 0 : Math.min(100, 100 * own / all);
    }

    private List<Finding> findings(PlanNode node) {
        List<Finding> findings = new ArrayList<>();
        fullRead(node, findings);
        thrownAway(node, findings);
        spill(node, findings);
        misjudged(node, findings);
        lossy(node, findings);
        if (findings.isEmpty() && share(node) >= HOT && plan.all().size() > 1) {
            findings.add(
                    new Finding(
                            Severity.FINE,
                            subject(node),
                            String.format(
                                    Locale.ROOT,
                                    "is where %.0f %% of the %s goes",
                                    share(node),
                                    plan.wasRun() ? "time" : "cost"),
                            Remedy.of(
                                    "Begin here if the query is to be quicker: fewer rows coming in, or another way to get at them.")));
        }
        return findings;
    }

    private void fullRead(PlanNode node, List<Finding> findings) {
        Facts table = tables.get(node.table());
        Proposals.Proposed proposed = proposals.byTable().get(node.table());
        if (!node.isFullRead() || table == null) {
            return;
        }
        long rows = table.count("rows");
        if (proposed != null && (rows >= 1000 || proposed.gain().share() > 0.5)) {
            findings.add(new Finding(
                    proposed.gain().share() > 0.8 && rows >= LARGE ? Severity.WARNING : Severity.ADVICE,
                    subject(node),
                    "reads all " + rows + " rows; with an index on "
                            + proposed.index().shown() + " the planner expects "
                            + proposed.gain().said(),
                    proposed.index().remedy("Make the index.")));
        } else if (rows >= LARGE && share(node) >= HOT) {
            findings.add(
                    new Finding(
                            Severity.ADVICE,
                            subject(node),
                            "reads all " + rows + " rows, and no index on what it filters by would help",
                            Remedy.of(
                                    "Ask for fewer of them (a narrower range, a LIMIT), or keep the sums it makes in a table of their own.")));
        }
    }

    private void thrownAway(PlanNode node, List<Finding> findings) {
        double removed = node.number("Rows Removed by Filter")
                + node.number("Rows Removed by Index Recheck")
                + node.number("Rows Removed by Join Filter");
        double kept = node.actualRows();
        if (!node.wasRun()
                || (node.isFullRead() && !findings.isEmpty())
                || removed * node.loops() < 1000
                || removed < 9 * kept) {
            return;
        }
        findings.add(new Finding(
                share(node) >= HOT ? Severity.WARNING : Severity.ADVICE,
                subject(node),
                String.format(
                        Locale.ROOT,
                        "throws away %.0f rows for each it keeps (%.0f of %.0f)",
                        removed / Math.max(1, kept),
                        removed,
                        removed + kept),
                Remedy.of(
                        "Add what it filters by to the index it uses (or to the join), so that those rows are never fetched: "
                                + Said.shortened(
                                        node.text("Filter").isEmpty() ? node.text("Join Filter") : node.text("Filter"))
                                + ".")));
    }

    private void spill(PlanNode node, List<Finding> findings) {
        boolean isSort = node.text("Sort Space Type").equals("Disk");
        double batches = Math.max(node.number("Hash Batches"), node.number("HashAgg Batches"));
        if (!isSort && batches <= 1) {
            return;
        }
        double kib = isSort
                ? node.number("Sort Space Used")
                : Math.max(node.number("Disk Usage"), node.number("Peak Memory Usage") * batches);
        long mib = Math.max(8, Math.round(kib * 3 / 1024) + 1);
        findings.add(new Finding(
                share(node) >= HOT ? Severity.WARNING : Severity.ADVICE,
                subject(node),
                isSort
                        ? "does not fit into work_mem and sorts " + Said.bytes(Math.round(kib * 1024)) + " on disk"
                        : String.format(
                                Locale.ROOT, "does not fit into work_mem and is done in %.0f parts on disk", batches),
                Remedy.of("Give the role or the transaction some " + mib + "MB of work_mem (SET LOCAL work_mem = '"
                        + mib + "MB'), sort by what an index has in order, or bring fewer rows here.")));
    }

    /** Rows come per run; where there is none the planner still says one. */
    private static void misjudged(PlanNode node, List<Finding> findings) {
        if (!node.wasRun() || node.loops() == 0) {
            return;
        }
        double planned = Math.max(1, node.plannedRows());
        double actual = Math.max(1, node.actualRows());
        double factor = Math.max(planned / actual, actual / planned);
        if (factor < MISJUDGED || Math.max(planned, actual) < 100 || node.type().equals("Limit")) {
            return;
        }
        boolean isBase = node.readsATable();
        findings.add(new Finding(
                factor >= 100 ? Severity.WARNING : Severity.ADVICE,
                subject(node),
                String.format(
                        Locale.ROOT,
                        "was expected to give %.0f rows and gave %.0f",
                        node.plannedRows(),
                        node.actualRows()),
                isBase
                        ? new Remedy(
                                "Analyse the table. If it stays, its conditions depend on each other: CREATE STATISTICS on those columns tells the planner.",
                                List.of())
                        : Remedy.of(
                                "Mend the lowest operation that is misjudged first; the ones above follow from it.")));
    }

    private static void lossy(PlanNode node, List<Finding> findings) {
        if (node.number("Lossy Heap Blocks") > node.number("Exact Heap Blocks")
                && node.number("Lossy Heap Blocks") > 100) {
            findings.add(new Finding(
                    Severity.ADVICE,
                    subject(node),
                    String.format(
                            Locale.ROOT,
                            "remembers %.0f pages as a whole because their rows do not fit into work_mem",
                            node.number("Lossy Heap Blocks")),
                    Remedy.of("Give it more work_mem, or an index that leaves fewer rows.")));
        }
    }

    private static String subject(PlanNode node) {
        return node.type() + (node.text("Relation Name").isEmpty() ? "" : " of " + node.table());
    }
}
