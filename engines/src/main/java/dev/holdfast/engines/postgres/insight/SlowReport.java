package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engine.Insight.Topic;
import dev.holdfast.engine.Insight.Unit;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The statements that cost the server most. */
final class SlowReport implements Report {
    private static final List<String> ORDERS = List.of("total", "mean", "reads", "temp", "calls");

    /** Below this a statement is not worth anybody's time, however often it came. */
    private static final double LEAST_SHARE = 1;

    private static final double LONG_MILLIS = 1000;

    @Override
    public Topic topic() {
        return new Topic("slow", "the statements that cost most, with what to do about each", ORDERS);
    }

    @Override
    public Answer answer(Desk desk, Question question) {
        String order = question.order().orElse(ORDERS.getFirst());
        if (!ORDERS.contains(order)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3550,
                    "statements cannot be ordered by '" + order + "'",
                    "Order them by " + String.join(", ", ORDERS) + "."));
        }
        Sheet sheet = new Sheet("slow")
                .column("query", Unit.TEXT)
                .column("role", Unit.TEXT)
                .column("calls", Unit.COUNT)
                .column("total", Unit.MILLIS)
                .column("share", Unit.PERCENT)
                .column("mean", Unit.MILLIS)
                .column("max", Unit.MILLIS)
                .column("rowsPerCall", Unit.COUNT)
                .column("cacheHit", Unit.PERCENT)
                .column("read", Unit.BYTES)
                .column("temp", Unit.BYTES)
                .column("id", Unit.TEXT);
        List<Seen> seen = new ArrayList<>();
        for (String database : desk.databases(question.thing())) {
            try (InsightSession session = desk.open(database)) {
                Statements statements = Statements.of(session);
                if (!statements.isThere()) {
                    sheet.note(statements.missing(desk.service().name(), database));
                    continue;
                }
                statements.all(session).forEach(facts -> seen.add(new Seen(database, facts)));
            }
        }
        seen.sort(Comparator.comparingDouble((Seen one) -> one.facts().number(column(order)))
                .reversed());
        seen.forEach(one -> row(desk, one, sheet));
        return sheet.answer(question.most());
    }

    private record Seen(String database, Facts facts) {}

    private static String column(String order) {
        return switch (order) {
            case "mean" -> "mean";
            case "reads" -> "read_bytes";
            case "temp" -> "temp_bytes";
            case "calls" -> "calls";
            default -> "total";
        };
    }

    private static void row(Desk desk, Seen seen, Sheet sheet) {
        Facts facts = seen.facts();
        sheet.row(
                seen.database(),
                findings(desk, seen),
                Statements.oneLine(facts.text("query")),
                facts.text("role"),
                facts.count("calls"),
                facts.number("total"),
                facts.number("share"),
                facts.number("mean"),
                facts.number("slowest"),
                facts.number("rows_per_call"),
                facts.has("cache_hit") ? facts.number("cache_hit") : "",
                facts.count("read_bytes"),
                facts.count("temp_bytes"),
                Statements.isPlanned(facts.text("query")) ? facts.text("id") : "");
    }

    /** What stands out first; a statement that is simply expensive is to be explained. */
    private static List<Finding> findings(Desk desk, Seen seen) {
        Facts facts = seen.facts();
        double mean = facts.number("mean");
        double share = facts.number("share");
        long calls = facts.count("calls");
        boolean isPlanned = Statements.isPlanned(facts.text("query"));
        if (!isPlanned && mean < LONG_MILLIS) {
            return List.of();
        }
        String explain = isPlanned
                ? "'holdfast insight explain " + desk.service().name() + "/" + seen.database() + " --id "
                        + facts.text("id") + "' shows its plan."
                : "It has no plan to look at: see what it waits for with 'holdfast insight locks' while it runs.";
        boolean isLight = facts.number("total") < LONG_MILLIS || (share < LEAST_SHARE && mean < LONG_MILLIS);
        Severity weight = isLight
                ? Severity.FINE
                : mean >= LONG_MILLIS || (share >= 30 && mean >= 50) ? Severity.WARNING : Severity.ADVICE;
        String subject = "statement " + facts.text("id");
        String cost = String.format(Locale.ROOT, "takes %.1f ms a call and %.0f %% of all time", mean, share);
        if (facts.count("temp_bytes") > 0) {
            long kib = facts.count("temp_bytes") / Math.max(1, calls) / 1024;
            return List.of(new Finding(
                    weight,
                    subject,
                    cost + ", and writes " + kib + " KiB of temporary files a call",
                    Remedy.of("Sort or join fewer rows, or give it memory: set work_mem for its role ("
                            + facts.text("role") + ") to more than it spills. " + explain)));
        }
        if (mean < 1 && calls > 10_000) {
            return List.of(
                    new Finding(
                            Severity.ADVICE,
                            subject,
                            cost + " because it is asked " + calls + " times",
                            Remedy.of(
                                    "Ask for many rows at once (= ANY($1), a join) in place of one at a time; each call is quick.")));
        }
        if (facts.number("rows_per_call") > 10_000 && Statements.isReading(facts.text("query"))) {
            return List.of(new Finding(
                    weight,
                    subject,
                    cost
                            + String.format(
                                    Locale.ROOT, ", and hands over %.0f rows a call", facts.number("rows_per_call")),
                    Remedy.of(
                            "Fetch a page at a time (a condition on the last key seen, and LIMIT), or let the server add up. "
                                    + explain)));
        }
        if (calls > 10 && facts.number("deviation") > 2 * mean && facts.number("slowest") > 500) {
            return List.of(new Finding(
                    weight,
                    subject,
                    cost + String.format(Locale.ROOT, ", and its slowest call took %.0f ms", facts.number("slowest")),
                    Remedy.of(
                            "It waits at times, or its plan depends on its values: look at 'holdfast insight locks' when it is slow. "
                                    + explain)));
        }
        if (facts.has("cache_hit") && facts.number("cache_hit") < 90 && facts.count("read_bytes") > 100L << 20) {
            return List.of(new Finding(
                    weight,
                    subject,
                    cost
                            + String.format(
                                    Locale.ROOT,
                                    ", and finds only %.0f %% of its pages in memory",
                                    facts.number("cache_hit")),
                    Remedy.of("Have it read fewer pages (an index, a narrower range), or give the service more memory. "
                            + explain)));
        }
        return List.of(new Finding(weight, subject, cost, Remedy.of(explain)));
    }
}
