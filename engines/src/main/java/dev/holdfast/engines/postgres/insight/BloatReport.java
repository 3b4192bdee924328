package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engine.Insight.Statement;
import dev.holdfast.engine.Insight.Topic;
import dev.holdfast.engine.Insight.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tables and trees that take more room than what is in them. */
final class BloatReport implements Report {
    private static final long LEAST_BYTES = 1L << 20;
    private static final long MUCH = 100L << 20;

    /** Less than this is the room that updates need anyway. */
    private static final double LEAST_SHARE = 0.3;

    @Override
    public Topic topic() {
        return new Topic("bloat", "tables and indexes that take more room than what is in them", List.of());
    }

    /** What one relation has and what it would need. */
    private record Loose(String database, Facts facts, boolean isTable, long bytes, long needed) {
        long wasted() {
            return Math.max(0, bytes - needed);
        }

        double share() {
            return bytes == 0 ? 0 : (double) wasted() / bytes;
        }

        boolean isLoose() {
            return wasted() >= LEAST_BYTES && share() >= LEAST_SHARE;
        }
    }

    @Override
    public Answer answer(Desk desk, Question question) {
        Sheet sheet = new Sheet("bloat")
                .column("kind", Unit.TEXT)
                .column("name", Unit.TEXT)
                .column("size", Unit.BYTES)
                .column("wasted", Unit.BYTES)
                .column("share", Unit.PERCENT)
                .column("deadRows", Unit.COUNT)
                .column("by", Unit.TEXT);
        List<Loose> loose = new ArrayList<>();
        for (String database : desk.databases(question.thing())) {
            try (InsightSession session = desk.open(database)) {
                Optional<String> exact = question.isExact() ? exact(session, sheet) : Optional.empty();
                List<Facts> hidden = session.rows("bloat_hidden.sql");
                if (!hidden.isEmpty()) {
                    sheet.note(
                            "The statistics of "
                                    + hidden.stream()
                                            .map(facts -> facts.text("name"))
                                            .collect(Collectors.joining(", ")) + " in "
                                    + database + " are hidden from "
                                    + hidden.getFirst().text("role")
                                    + " by row-level security, so nothing is estimated of them; a role with BYPASSRLS sees them.");
                }
                for (Facts facts : session.rows("bloat_tables.sql")) {
                    found(session, facts, true, exact, sheet)
                            .filter(Loose::isLoose)
                            .ifPresent(loose::add);
                }
                for (Facts facts : session.rows("bloat_indexes.sql")) {
                    found(session, facts, false, exact, sheet)
                            .filter(Loose::isLoose)
                            .ifPresent(loose::add);
                }
            }
        }
        if (!question.isExact()) {
            sheet.note(
                    "Estimated from statistics, so tables never analysed are left out; --exact reads every page and counts.");
        }
        loose.sort(Comparator.comparingLong(Loose::wasted).reversed());
        loose.forEach(one -> row(one, question.isExact(), sheet));
        return sheet.answer(question.most());
    }

    /** Where pgstattuple can be had; it is created in this visit and gone with it. */
    private static Optional<String> exact(InsightSession session, Sheet sheet) {
        List<Facts> there = session.ask("SELECT quote_ident(n.nspname) AS schema FROM pg_extension e"
                + " JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pgstattuple'");
        if (!there.isEmpty()) {
            return there.getFirst().find("schema");
        }
        Attempt<String> made = session.attempt(() -> {
            session.execute("CREATE SCHEMA holdfast_bloat; CREATE EXTENSION pgstattuple SCHEMA holdfast_bloat");
            return "holdfast_bloat";
        });
        if (made instanceof Attempt.Done<String>(String schema)) {
            return Optional.of(schema);
        }
        sheet.note("Database '" + session.database()
                + "' has no pgstattuple, so its figures are estimated: put pgstattuple into extensions.");
        return Optional.empty();
    }

    private static Optional<Loose> found(
            InsightSession session, Facts facts, boolean isTable, Optional<String> exact, Sheet sheet) {
        long bytes = facts.count("bytes");
        if (bytes < LEAST_BYTES) {
            return Optional.empty();
        }
        if (exact.isEmpty()) {
            return Optional.of(new Loose(session.database(), facts, isTable, bytes, facts.count("needed")));
        }
        String question = isTable
                ? "SELECT (table_len - free_space - dead_tuple_len)::bigint AS needed FROM " + exact.get()
                        + ".pgstattuple(?::regclass)"
                : "SELECT ((1 + internal_pages + leaf_pages * least(1, avg_leaf_density / 90))"
                        + " * current_setting('block_size')::bigint)::bigint AS needed FROM "
                        + exact.get() + ".pgstatindex(?::regclass)";
        Attempt<Long> counted = session.attempt(
                () -> session.ask(question, Said.table(facts)).getFirst().count("needed"));
        return switch (counted) {
            case Attempt.Done<Long>(Long needed) ->
                Optional.of(new Loose(session.database(), facts, isTable, bytes, needed));
            case Attempt.Refused<Long>(String because, String state) -> {
                sheet.note(Said.table(facts) + " could not be counted: " + because + " (SQLSTATE " + state + ").");
                yield Optional.empty();
            }
        };
    }

    private static void row(Loose loose, boolean isExact, Sheet sheet) {
        Facts facts = loose.facts();
        String name = Said.table(facts);
        Severity severity = loose.wasted() > MUCH && loose.share() > 0.5 ? Severity.WARNING : Severity.ADVICE;
        String because = "takes " + Said.bytes(loose.bytes()) + " and needs " + Said.bytes(loose.needed()) + ": "
                + Said.percent(loose.wasted(), loose.bytes()) + " of it is empty or dead"
                + (isExact ? "" : ", by estimate");
        sheet.row(
                loose.database(),
                List.of(new Finding(
                        severity,
                        (loose.isTable() ? "table " : "index ") + name,
                        because,
                        loose.isTable() ? table(loose, name) : index(loose, name))),
                loose.isTable() ? "table" : "index",
                name,
                loose.bytes(),
                loose.wasted(),
                100 * loose.share(),
                loose.isTable() ? facts.count("dead") : "",
                isExact ? "counted" : "estimated");
    }

    private static Remedy index(Loose loose, String name) {
        return new Remedy(
                "Build it anew beside itself; everybody goes on meanwhile.",
                List.of(new Statement(Optional.of(loose.database()), "REINDEX INDEX CONCURRENTLY " + name)));
    }

    /** A plain vacuum gives room back to the table's own new rows, which is enough where as many come as go. */
    private static Remedy table(Loose loose, String name) {
        boolean hasDead = loose.facts().count("dead") * 10 > loose.facts().count("live");
        return new Remedy(
                (hasDead ? "Dead rows are still in it: see 'holdfast insight vacuum' for what keeps them. " : "")
                        + "New rows fill the room; leave it if as much will come again. To give it back to the disk, write the table anew in a quiet moment: nobody can read or write it meanwhile, and it needs "
                        + Said.bytes(loose.needed()) + " beside what is there.",
                List.of(new Statement(Optional.of(loose.database()), "VACUUM (FULL, ANALYZE) " + name)));
    }
}
