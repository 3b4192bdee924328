package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engine.Insight.Topic;
import dev.holdfast.engine.Insight.Unit;
import java.util.List;

/** Who is connected, against what is allowed, and who sits on a transaction. */
final class ConnectionReport implements Report {
    private static final int NOTICED = 2;
    private static final int LONG = 60;
    private static final int TOO_LONG = 600;

    @Override
    public Topic topic() {
        return new Topic(
                "connections", "who is connected, against the limits, and who sits on an open transaction", List.of());
    }

    @Override
    public Answer answer(Desk desk, Question question) {
        Sheet sheet = new Sheet("connections")
                .column("kind", Unit.TEXT)
                .column("role", Unit.TEXT)
                .column("application", Unit.TEXT)
                .column("state", Unit.TEXT)
                .column("sessions", Unit.COUNT)
                .column("limit", Unit.COUNT)
                .column("since", Unit.SECONDS);
        try (InsightSession session = desk.home()) {
            boolean isPooled = desk.declared().isPooled();
            for (Facts facts : session.rows("connections_limits.sql")) {
                limit(facts, isPooled, sheet);
            }
            for (Facts facts : session.rows("connections_idle.sql", NOTICED)) {
                idle(facts, sheet);
            }
            for (Facts facts : session.rows("connections.sql")) {
                if (question.thing().isEmpty() || question.thing().get().equals(facts.text("database"))) {
                    sheet.row(
                            facts.text("database"),
                            List.of(),
                            "clients",
                            facts.text("role"),
                            facts.text("application"),
                            facts.text("state"),
                            facts.count("sessions"),
                            "",
                            facts.number("state_seconds"));
                }
            }
        }
        Pools.rows(desk, sheet);
        return sheet.worstFirst(question.most());
    }

    private static void limit(Facts facts, boolean isPooled, Sheet sheet) {
        long allowed = facts.count("allowed");
        long taken = facts.count("taken");
        double share = allowed == 0 ? 0 : (double) taken / allowed;
        String kind = facts.text("kind");
        String subject = kind.equals("server") ? "the server" : kind + " " + facts.text("name");
        String remedy = switch (kind) {
            case "server" ->
                isPooled
                        ? "Send what does not come through the pooler through it (through: pooler), or end clients that hold connections they do not use."
                        : "Put a pooler before the server (pooler: { mode: transaction }), which shares few connections among many clients.";
            case "role" ->
                "Raise connections of role '" + facts.text("name")
                        + "' in the stack file and run 'holdfast apply', or have its program keep fewer.";
            default ->
                "Raise the limit with ALTER DATABASE " + Said.quoted(facts.text("name"))
                        + " CONNECTION LIMIT, or have programs keep fewer.";
        };
        List<Finding> findings = share >= 0.8
                ? List.of(new Finding(
                        share >= 0.95 ? Severity.CRITICAL : Severity.WARNING,
                        subject,
                        "has " + taken + " of the " + allowed + " connections it may have",
                        Remedy.of(remedy)))
                : List.of();
        sheet.row(
                kind.equals("database") ? facts.text("name") : "",
                findings,
                kind + " limit",
                kind.equals("role") ? facts.text("name") : "",
                "",
                "",
                taken,
                allowed,
                "");
    }

    private static void idle(Facts facts, Sheet sheet) {
        double seconds = facts.number("state_seconds");
        Severity severity =
                seconds >= TOO_LONG ? Severity.CRITICAL : seconds >= LONG ? Severity.WARNING : Severity.ADVICE;
        String holding = facts.has("holds") && facts.count("holds") > 0
                ? ", keeps " + facts.count("holds") + " transactions from being vacuumed,"
                : "";
        sheet.row(
                facts.text("database"),
                List.of(new Finding(
                        severity,
                        "session " + facts.text("pid") + " of " + facts.text("role"),
                        "has been idle in a transaction for " + Said.seconds(seconds) + holding + " after: "
                                + Said.shortened(Statements.oneLine(facts.text("query"))),
                        new Remedy(
                                "End it, and have its program commit before it does anything else; idle_in_transaction_session_timeout ends such sessions by itself.",
                                List.of(Said.onBackend("pg_terminate_backend", facts))))),
                "idle in transaction",
                facts.text("role"),
                facts.text("application"),
                facts.text("state"),
                1,
                "",
                seconds);
    }
}
