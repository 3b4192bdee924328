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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who waits for a lock, and who is at the root of it. */
final class LockReport implements Report {
    private static final String PREPARED = "0";

    @Override
    public Topic topic() {
        return new Topic("locks", "who waits for a lock, for how long, and who holds everybody up", List.of());
    }

    @Override
    public Answer answer(Desk desk, Question question) {
        Sheet sheet = new Sheet("locks")
                .column("pid", Unit.COUNT)
                .column("depth", Unit.COUNT)
                .column("role", Unit.TEXT)
                .column("application", Unit.TEXT)
                .column("state", Unit.TEXT)
                .column("waits", Unit.SECONDS)
                .column("wants", Unit.TEXT)
                .column("blockedBy", Unit.TEXT)
                .column("root", Unit.COUNT)
                .column("blocks", Unit.COUNT)
                .column("query", Unit.TEXT);
        Set<String> asked = new HashSet<>(desk.databases(question.thing()));
        try (InsightSession session = desk.home()) {
            Map<String, Facts> all = new LinkedHashMap<>();
            session.rows("locks.sql").forEach(facts -> all.put(facts.text("pid"), facts));
            List<Facts> prepared = session.rows("locks_held.sql");
            Tree tree = Tree.of(all);
            Map<String, Map<String, String>> names = names(desk, all);
            for (Tree.Place place : tree.places()) {
                Facts facts = all.get(place.pid());
                if (facts == null) {
                    continue;
                }
                // an autovacuum or a shared lock has a database, too; who has none concerns all
                if (question.thing().isPresent()
                        && !facts.find("database").filter(asked::contains).isPresent()) {
                    continue;
                }
                row(place, facts, all, tree, prepared, names, sheet);
            }
        }
        return sheet.answer(question.most());
    }

    private static void row(
            Tree.Place place,
            Facts facts,
            Map<String, Facts> all,
            Tree tree,
            List<Facts> prepared,
            Map<String, Map<String, String>> names,
            Sheet sheet) {
        boolean waits = !facts.texts("blockers").isEmpty();
        String wants = waits ? wanted(facts, names) : "";
        sheet.row(
                facts.text("database"),
                waits
                        ? List.of(finding(place, facts, wants, all, tree, prepared))
                        : List.of(culprit(place, facts, tree)),
                Long.parseLong(place.pid()),
                place.depth(),
                facts.text("role"),
                facts.text("application"),
                facts.text("state"),
                waits ? facts.number("waited_seconds") : "",
                wants,
                String.join(", ", facts.texts("blockers")),
                waits ? Long.parseLong(place.root()) : "",
                tree.behind(place.pid()),
                Statements.oneLine(facts.text("query")));
    }

    /** Of the one who holds everybody up and waits for nobody. */
    private static Finding culprit(Tree.Place place, Facts facts, Tree tree) {
        long behind = tree.behind(place.pid());
        return new Finding(
                behind >= 5 || facts.number("transaction_seconds") > 60 ? Severity.CRITICAL : Severity.WARNING,
                "session " + place.pid() + " of " + facts.text("role"),
                "holds up " + behind + (behind == 1 ? " session: it is " : " sessions: it is ") + doing(facts),
                ending(facts));
    }

    private static Finding finding(
            Tree.Place place, Facts facts, String wants, Map<String, Facts> all, Tree tree, List<Facts> prepared) {
        double waited = facts.number("waited_seconds");
        Severity severity = waited > 30 || tree.behind(place.root()) >= 5 ? Severity.CRITICAL : Severity.WARNING;
        String because = "has waited " + Said.seconds(waited) + " for " + wants;
        String subject = "session " + place.pid() + " of " + facts.text("role");
        Facts root = all.get(place.root());
        if (place.root().equals(PREPARED) || root == null) {
            return new Finding(severity, subject, because + " behind a prepared transaction", prepared(prepared));
        }
        if (place.isCircle()) {
            return new Finding(
                    severity,
                    subject,
                    because + " in a circle of sessions that wait for each other",
                    Remedy.of(
                            "The server ends one of them by itself after deadlock_timeout; lock rows in the same order everywhere."));
        }
        return new Finding(
                severity,
                subject,
                because + " behind session " + place.root() + " of " + root.text("role") + ", which is " + doing(root),
                ending(root));
    }

    private static Remedy prepared(List<Facts> prepared) {
        return new Remedy(
                "Somebody prepared a transaction and never finished it: commit it, or roll it back.",
                prepared.stream()
                        .map(facts -> new Statement(
                                facts.find("database"), "ROLLBACK PREPARED " + Said.text(facts.text("gid"))))
                        .toList());
    }

    private static String doing(Facts facts) {
        String forSeconds = Said.seconds(facts.number("state_seconds"));
        String query = Said.shortened(Statements.oneLine(facts.text("query")));
        return switch (facts.text("state")) {
            case "idle in transaction" -> "idle in a transaction for " + forSeconds + " after: " + query;
            case "idle in transaction (aborted)" ->
                "idle in a failed transaction for " + forSeconds + " after: " + query;
            case "active" -> "busy for " + forSeconds + " with: " + query;
            default -> facts.text("kind") + ", " + facts.text("state") + " for " + forSeconds;
        };
    }

    /** Cancelling stops a statement; who is idle in a transaction has none, and only the end of the session helps. */
    private static Remedy ending(Facts root) {
        boolean isIdle = root.text("state").startsWith("idle");
        String function = isIdle ? "pg_terminate_backend" : "pg_cancel_backend";
        String text = isIdle
                ? "End session " + root.text("pid")
                        + ": it does nothing and holds its locks. Have its program commit sooner, and set idle_in_transaction_session_timeout for its role."
                : "Wait for session " + root.text("pid")
                        + ", or cancel its statement; if that does not help, end it with pg_terminate_backend. Changes of tables should set lock_timeout first.";
        return new Remedy(text, List.of(Said.onBackend(function, root)));
    }

    private static String wanted(Facts facts, Map<String, Map<String, String>> names) {
        String mode = facts.text("mode").isEmpty() ? "a lock" : facts.text("mode");
        String relation = facts.has("relation")
                ? Optional.ofNullable(names.getOrDefault(facts.text("database"), Map.of())
                                .get(facts.text("relation")))
                        .map(name -> " on " + name)
                        .orElse(" on relation " + facts.text("relation"))
                : "";
        return switch (facts.text("kind_of_lock")) {
            case "transactionid" -> "the end of another transaction that changed the same row";
            case "tuple" -> mode + " of a row" + relation.replace(" on ", " of ");
            case "advisory" -> mode + " (an advisory lock)";
            default -> mode + relation;
        };
    }

    /** Names of tables are known only inside their database. */
    private static Map<String, Map<String, String>> names(Desk desk, Map<String, Facts> all) {
        Map<String, Set<Long>> wanted = new LinkedHashMap<>();
        all.values().stream()
                .filter(facts -> facts.has("relation") && facts.has("database"))
                .forEach(facts -> wanted.computeIfAbsent(facts.text("database"), key -> new HashSet<>())
                        .add(facts.count("relation")));
        Map<String, Map<String, String>> names = new LinkedHashMap<>();
        wanted.forEach((database, relations) -> {
            Map<String, String> found = new LinkedHashMap<>();
            try (InsightSession session = desk.open(database)) {
                for (Long relation : new ArrayList<>(relations)) {
                    // to_regclass and a cast of an oid take no lock, so this does not wait for who is asked about
                    session.ask("SELECT ?::bigint::oid::regclass::text AS name", relation)
                            .forEach(facts -> found.put(Long.toString(relation), facts.text("name")));
                }
            }
            names.put(database, found);
        });
        return names;
    }
}
