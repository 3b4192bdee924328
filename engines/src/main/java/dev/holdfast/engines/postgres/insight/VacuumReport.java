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
import java.util.Optional;

/** What vacuum has not done yet, what keeps it from doing it, and how far the numbers of transactions are from their end. */
final class VacuumReport implements Report {
    private static final int LONG_TRANSACTION = 300;
    private static final double NEAR = 0.9;

    @Override
    public Topic topic() {
        return new Topic(
                "vacuum",
                "tables that need vacuum or analyze, what keeps it back, and the distance to wraparound",
                List.of());
    }

    @Override
    public Answer answer(Desk desk, Question question) {
        Sheet sheet = new Sheet("vacuum")
                .column("kind", Unit.TEXT)
                .column("name", Unit.TEXT)
                .column("live", Unit.COUNT)
                .column("dead", Unit.COUNT)
                .column("changed", Unit.COUNT)
                .column("vacuumed", Unit.SECONDS)
                .column("analyzed", Unit.SECONDS)
                .column("xidAge", Unit.COUNT)
                .column("multixactAge", Unit.COUNT)
                .column("done", Unit.PERCENT);
        List<String> databases = desk.databases(question.thing());
        try (InsightSession session = desk.home()) {
            for (Facts facts : session.rows("vacuum_databases.sql")) {
                if (question.thing().isEmpty() || databases.contains(facts.text("database"))) {
                    database(facts, sheet);
                }
            }
            session.rows("vacuum_holders.sql", LONG_TRANSACTION).forEach(facts -> holder(facts, sheet));
            session.rows("vacuum_running.sql").forEach(facts -> running(facts, sheet));
        }
        for (String database : databases) {
            try (InsightSession session = desk.open(database)) {
                session.rows("vacuum_tables.sql").forEach(facts -> table(database, facts, sheet));
                session.rows("vacuum_parents.sql").forEach(facts -> parent(database, facts, sheet));
            }
        }
        return sheet.worstFirst(question.most());
    }

    private static void database(Facts facts, Sheet sheet) {
        String name = facts.text("database");
        sheet.row(
                name,
                wraparound("database " + name, facts, "VACUUM (FREEZE)", facts.is("may_enter") ? name : "")
                        .map(List::of)
                        .orElse(List.of()),
                "database",
                name,
                "",
                "",
                "",
                "",
                "",
                facts.count("xid_age"),
                facts.count("multixact_age"),
                "");
    }

    /** The server acts by itself at the limit; what is well past it is not being done. */
    private static Optional<Finding> wraparound(String subject, Facts facts, String vacuum, String database) {
        double xids = facts.count("xid_age") / facts.number("xid_limit");
        double multixacts = facts.count("multixact_age") / facts.number("multixact_limit");
        double worst = Math.max(xids, multixacts);
        if (worst < NEAR) {
            return Optional.empty();
        }
        boolean isXid = xids >= multixacts;
        long age = isXid ? facts.count("xid_age") : facts.count("multixact_age");
        long left = 2_147_483_647L - 3_000_000L - age;
        Severity severity = left < 500_000_000L ? Severity.CRITICAL : worst > 1.1 ? Severity.WARNING : Severity.ADVICE;
        String because = "its oldest " + (isXid ? "transaction" : "multixact") + " is " + age
                + " old, where autovacuum freezes at "
                + Math.round(facts.number(isXid ? "xid_limit" : "multixact_limit"))
                + "; " + left + " are left before the server stops taking writes";
        String text = worst > 1.1
                ? "Freezing is overdue: see below for what holds it back (old transactions, slots), then freeze it by hand."
                : "Autovacuum will do it next; doing it by hand at a quiet hour keeps it from a busy one.";
        return Optional.of(new Finding(
                severity,
                subject,
                because,
                database.isEmpty() ? Remedy.of(text) : new Remedy(text, List.of(Said.in(database, vacuum)))));
    }

    private static void table(String database, Facts facts, Sheet sheet) {
        String name = Said.table(facts);
        List<Finding> findings = new ArrayList<>();
        wraparound("table " + name, facts, "VACUUM (FREEZE) " + name, database).ifPresent(findings::add);
        double dead = facts.number("dead");
        if (facts.is("switched_off")) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "table " + name,
                    "autovacuum is switched off for it",
                    new Remedy(
                            "Switch it on again; if it was in the way, give the table its own thresholds.",
                            List.of(Said.in(database, "ALTER TABLE " + name + " RESET (autovacuum_enabled)")))));
        }
        if (dead > facts.number("vacuum_at")) {
            double over = dead / Math.max(1, facts.number("vacuum_at"));
            findings.add(new Finding(
                    over > 3 ? Severity.WARNING : Severity.ADVICE,
                    "table " + name,
                    "has " + Math.round(dead) + " dead rows beside " + facts.count("live")
                            + " live ones, and autovacuum would have begun at " + Math.round(facts.number("vacuum_at")),
                    new Remedy(
                            "Vacuum it. If the dead rows stay, something old still sees them: see the sessions and slots of this report.",
                            List.of(Said.in(database, "VACUUM (ANALYZE) " + name)))));
        } else if (facts.number("changed") > facts.number("analyze_at")
                || (!facts.has("analyzed_seconds") && facts.count("live") > 1000)) {
            findings.add(new Finding(
                    Severity.ADVICE,
                    "table " + name,
                    (facts.has("analyzed_seconds") ? "" : "was never analysed, and ") + facts.count("changed")
                            + " of its " + facts.count("live") + " rows changed since the planner last looked",
                    new Remedy("Analyse it.", List.of(Said.in(database, "ANALYZE " + name)))));
        }
        if (findings.isEmpty() && facts.count("live") == 0 && facts.count("dead") == 0) {
            return;
        }
        sheet.row(
                database,
                findings,
                "table",
                name,
                facts.count("live"),
                facts.count("dead"),
                facts.count("changed"),
                facts.has("vacuumed_seconds") ? facts.number("vacuumed_seconds") : "",
                facts.has("analyzed_seconds") ? facts.number("analyzed_seconds") : "",
                facts.count("xid_age"),
                facts.count("multixact_age"),
                "");
    }

    private static void parent(String database, Facts facts, Sheet sheet) {
        if (facts.has("analyzed_seconds") || facts.count("live") < 1000) {
            return;
        }
        String name = Said.table(facts);
        sheet.row(
                database,
                List.of(new Finding(
                        Severity.ADVICE,
                        "table " + name,
                        "is partitioned and was never analysed as a whole, which nothing does by itself",
                        new Remedy(
                                "Analyse it, and again when much has changed.",
                                List.of(Said.in(database, "ANALYZE " + name))))),
                "partitioned table",
                name,
                facts.count("live"),
                "",
                "",
                "",
                "",
                "",
                "",
                "");
    }

    private static void holder(Facts facts, Sheet sheet) {
        String what = facts.text("name");
        Finding finding = switch (facts.text("kind")) {
            case "session" ->
                new Finding(
                        facts.number("seconds") > 3600 ? Severity.WARNING : Severity.ADVICE,
                        "session " + what + " of " + facts.text("role"),
                        "has had its transaction open for " + Said.seconds(facts.number("seconds")) + " ("
                                + facts.text("state") + "), so nothing that died in the last " + facts.count("holds")
                                + " transactions can be removed",
                        new Remedy(
                                "Let it finish, or end it.", List.of(Said.onBackend("pg_terminate_backend", facts))));
            case "prepared" ->
                new Finding(
                        Severity.WARNING,
                        "prepared transaction " + what,
                        "was prepared " + Said.seconds(facts.number("seconds")) + " ago and holds back "
                                + facts.count("holds") + " transactions and its locks",
                        new Remedy(
                                "Commit it or roll it back.",
                                List.of(Said.in(facts.text("database"), "ROLLBACK PREPARED " + Said.text(what)))));
            default ->
                new Finding(
                        facts.text("state").equals("active") ? Severity.ADVICE : Severity.WARNING,
                        "replication slot " + what,
                        "is " + facts.text("state") + " and holds back " + facts.count("holds") + " transactions",
                        new Remedy(
                                "Start what reads from it, or drop it if nothing does.",
                                List.of(Said.in(
                                        "postgres", "SELECT pg_drop_replication_slot(" + Said.text(what) + ")"))));
        };
        sheet.row(
                facts.text("database"),
                List.of(finding),
                "holds vacuum back",
                finding.subject(),
                "",
                "",
                "",
                facts.has("seconds") ? facts.number("seconds") : "",
                "",
                facts.count("holds"),
                "",
                "");
    }

    private static void running(Facts facts, Sheet sheet) {
        sheet.row(
                facts.text("database"),
                List.of(),
                facts.is("automatic") ? "autovacuum at work" : "vacuum at work",
                facts.text("query") + ", " + facts.text("phase"),
                "",
                "",
                "",
                facts.number("seconds"),
                "",
                "",
                "",
                facts.has("done") ? facts.number("done") : "");
    }
}
