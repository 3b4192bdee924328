package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engine.Insight.Topic;
import dev.holdfast.engine.Insight.Unit;
import java.util.ArrayList;
import java.util.List;

/** What is kept by time: chunks and their sizes, aggregates and how far they are behind, and the jobs that see to both. */
final class SeriesReport implements Report {
    private static final long WORTH_A_WORD = 1L << 20;

    @Override
    public Topic topic() {
        return new Topic("series", "tables divided by time, aggregates of them and the jobs that keep both", List.of());
    }

    @Override
    public Answer answer(Desk desk, Question question) {
        Sheet sheet = new Sheet("series")
                .column("kind", Unit.TEXT)
                .column("name", Unit.TEXT)
                .column("size", Unit.BYTES)
                .column("chunks", Unit.COUNT)
                .column("largest", Unit.BYTES)
                .column("behind", Unit.SECONDS)
                .column("stale", Unit.COUNT)
                .column("took", Unit.SECONDS)
                .column("last", Unit.TEXT);
        for (String database : desk.databases(question.thing())) {
            try (InsightSession session = desk.open(database)) {
                if (has(session, "holdfast_series.aggregates")) {
                    session.rows("series_tables.sql").forEach(facts -> table(database, facts, sheet));
                    session.rows("series_aggregates.sql").forEach(facts -> aggregate(desk, database, facts, sheet));
                }
                if (has(session, "cron.job_run_details")) {
                    session.rows("series_jobs.sql").forEach(facts -> job(desk, database, facts, sheet));
                }
            }
        }
        if (sheet.size() == 0) {
            sheet.note("No database of this service declares timeseries:, and pg_cron runs nothing.");
        }
        return sheet.worstFirst(question.most());
    }

    private static boolean has(InsightSession session, String relation) {
        return session.ask("SELECT to_regclass(?) IS NOT NULL AS there", relation)
                .getFirst()
                .is("there");
    }

    private static void table(String database, Facts facts, Sheet sheet) {
        String name = facts.text("name");
        List<Finding> findings = new ArrayList<>();
        if (!facts.text("trouble").isEmpty()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "table " + name,
                    "nobody could see to its chunks: " + facts.text("trouble"),
                    Remedy.of("Remove what the message names; the next run, within five minutes, goes on.")));
        }
        if (facts.count("stray_bytes") > WORTH_A_WORD) {
            findings.add(new Finding(
                    Severity.ADVICE,
                    "table " + name,
                    Said.bytes(facts.count("stray_bytes"))
                            + " lie in its default partition: rows of a time far ahead, or from before its first chunk",
                    Remedy.of("Look whose clock is wrong, or move what is old into a partition of its own.")));
        }
        sheet.row(
                database,
                findings,
                "table",
                name,
                facts.count("bytes") + facts.count("stray_bytes"),
                facts.count("chunks"),
                facts.count("largest"),
                "",
                "",
                "",
                facts.count("kept") < 0 ? "never kept" : "kept " + Said.seconds(facts.number("kept")) + " ago");
    }

    private static void aggregate(Desk desk, String database, Facts facts, Sheet sheet) {
        String name = facts.text("name");
        List<Finding> findings = facts.is("late")
                ? List.of(new Finding(
                        Severity.WARNING,
                        "aggregate " + name,
                        "it is written down up to " + Said.seconds(facts.number("behind"))
                                + " ago, and all since is computed with every question",
                        Remedy.of(
                                "See the jobs below; an old transaction holds it back, too: 'holdfast insight connections "
                                        + desk.service().name() + "'.")))
                : List.of();
        sheet.row(
                database,
                findings,
                "aggregate",
                name,
                facts.count("bytes"),
                "",
                "",
                facts.count("behind") < 0 ? "" : facts.count("behind"),
                facts.count("stale"),
                facts.number("took"),
                facts.count("refreshed") < 0
                        ? "never refreshed"
                        : "refreshed " + Said.seconds(facts.number("refreshed")) + " ago");
    }

    private static void job(Desk desk, String database, Facts facts, Sheet sheet) {
        String name = facts.text("name");
        boolean failed = facts.text("status").equals("failed");
        List<Finding> findings = failed
                ? List.of(new Finding(
                        Severity.WARNING,
                        "job " + name,
                        "its last run failed, as " + facts.count("failed") + " of the last hour did: "
                                + facts.text("said"),
                        Remedy.of("Remove what the message names; 'holdfast apply' schedules anew what "
                                + desk.service().name() + " declares.")))
                : List.of();
        String last = facts.count("ago") < 0
                ? "never ran"
                : facts.text("status") + " " + Said.seconds(facts.number("ago")) + " ago";
        sheet.row(
                database, findings, "job", name, "", "", "", "", "", "", facts.is("active") ? last : last + ", paused");
    }
}
