package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engine.Insight.Statement;
import dev.holdfast.engine.Insight.Topic;
import dev.holdfast.engine.Insight.Unit;
import dev.holdfast.engines.Beside;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Settings that hurt, that somebody changed behind the stack file, and that wait for a restart; then all that differ. */
final class SettingReport implements Report {
    private static final Set<String> NOT_SET_BY_ANYBODY = Set.of("default", "override", "client", "session");

    private final SortedMap<String, Map<String, ?>> rules = Beside.table(SettingReport.class, "settings.yaml");

    @Override
    public Topic topic() {
        return new Topic("settings", "settings that hurt, differ from the usual or wait for a restart", List.of());
    }

    @Override
    public Answer answer(Desk desk, Question question) {
        Sheet sheet = new Sheet("settings")
                .column("name", Unit.TEXT)
                .column("value", Unit.TEXT)
                .column("usual", Unit.TEXT)
                .column("from", Unit.TEXT);
        try (InsightSession session = desk.home()) {
            List<Facts> all = session.rows("settings.sql");
            for (Facts facts : all) {
                List<Finding> findings = findings(desk, facts);
                if (!findings.isEmpty() || isChanged(facts)) {
                    sheet.row(
                            "",
                            findings,
                            facts.text("name"),
                            facts.text("shown"),
                            facts.text("usual"),
                            facts.is("by_hand") ? "ALTER SYSTEM" : facts.text("source"));
                }
            }
            checkpoints(desk, session.rows("settings_checkpoints.sql").getFirst(), sheet);
        }
        return sheet.worstFirst(question.most());
    }

    private static boolean isChanged(Facts facts) {
        return !NOT_SET_BY_ANYBODY.contains(facts.text("source"))
                && !facts.text("value").equals(facts.text("usual"));
    }

    private List<Finding> findings(Desk desk, Facts facts) {
        List<Finding> findings = new ArrayList<>();
        String name = facts.text("name");
        Optional.ofNullable(rules.get(name))
                .filter(rule -> hurts(rule, facts))
                .ifPresent(rule -> findings.add(new Finding(
                        Severity.valueOf(String.valueOf(rule.get("severity")).toUpperCase(Locale.ROOT)),
                        "setting " + name,
                        String.valueOf(rule.get("because")),
                        Remedy.of(rule.get("remedy") + " " + inTheFile(desk, name)))));
        if (facts.is("by_hand")) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "setting " + name,
                    "was set with ALTER SYSTEM to " + facts.text("shown") + ", which hides what the stack file says",
                    new Remedy(
                            "Take it back; if the value is right, write it into the stack file. "
                                    + inTheFile(desk, name),
                            List.of(
                                    new Statement(Optional.empty(), "ALTER SYSTEM RESET " + name),
                                    new Statement(Optional.empty(), "SELECT pg_reload_conf()")))));
        }
        if (facts.is("pending")) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "setting " + name,
                    "was changed to take effect at the next start, and the server still runs with "
                            + facts.text("shown"),
                    Remedy.of("Restart it in a quiet moment with 'holdfast restart "
                            + desk.service().name() + "'.")));
        }
        return findings;
    }

    private static String inTheFile(Desk desk, String name) {
        return "In the stack file that is parameters: { " + name + ": … } of service '"
                + desk.service().name() + "', and 'holdfast apply'.";
    }

    private static boolean hurts(Map<String, ?> rule, Facts facts) {
        String value = facts.text("value");
        if (rule.containsKey("is")) {
            return value.equals(String.valueOf(rule.get("is")));
        }
        double number = facts.find("value").map(SettingReport::number).orElse(Double.NaN);
        return (rule.get("over") instanceof Number over && number > over.doubleValue())
                || (rule.get("under") instanceof Number under && number < under.doubleValue());
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException word) {
            return Double.NaN;
        }
    }

    /** Checkpoints begun because the log was full write every page whole again. */
    private static void checkpoints(Desk desk, Facts facts, Sheet sheet) {
        long requested = facts.count("num_requested");
        long all = requested + facts.count("num_timed");
        if (all < 20 || requested * 2 < all) {
            return;
        }
        sheet.row(
                "",
                List.of(new Finding(
                        Severity.ADVICE,
                        "setting max_wal_size",
                        requested + " of " + all
                                + " checkpoints began because the log was full or somebody asked, not by time",
                        Remedy.of("Raise it so that checkpoints come by time. " + inTheFile(desk, "max_wal_size")))),
                "max_wal_size",
                facts.text("max_wal_size"),
                "",
                "checkpoints");
    }
}
