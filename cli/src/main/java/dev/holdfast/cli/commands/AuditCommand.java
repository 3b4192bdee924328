package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.List;

/** Shows who changed what, and proves that what was written down of it is whole. */
public final class AuditCommand implements Command {
    private static final List<String> ACTIONS = List.of("log", "verify");
    private static final int LONGEST_CELL = 60;

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public String summary() {
        return "show who changed what in audited tables, or verify that nothing of it is missing or altered";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                        .required("ACTION", "log or verify", ACTIONS.toArray(String[]::new))
                        .required("SERVICE[/DATABASE]", "the database; it can be left out where one is audited")
                        .value("TABLE", "log: only of this table", "--table")
                        .value("TENANT", "log: only of this tenant's key", "--tenant")
                        .value("USER", "log: only by this role", "--user")
                        .value("NUMBER", "log: how many, the newest first; 50 otherwise", "--most", "-n")
                        .value("HEAD", "verify: what the chain came to when it was noted elsewhere", "--expect"))
                .footer("verify ends with 4 where something is missing or altered.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String action = arguments.positional(0).orElse("");
        if (!ACTIONS.contains(action)) {
            throw misused("'" + action + "' is nothing that is done with an audit", "Write log or verify.");
        }
        String where = arguments.positional(1).orElse("");
        int slash = where.indexOf('/');
        Json.Builder request = Json.object().put("action", action);
        if (slash >= 0) {
            request.put("database", where.substring(slash + 1));
        }
        for (String key : List.of("table", "tenant", "user", "expect")) {
            arguments.value("--" + key).ifPresent(value -> request.put(key, value));
        }
        arguments.value("--most").ifPresent(most -> request.put("most", number(most)));
        Json done = new Asking(arguments, session, "interrupted: nothing was changed")
                .ask("audit", slash < 0 ? where : where.substring(0, slash), request.build());
        boolean whole = action.equals("log") || done.isAt("whole");
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            (action.equals("log") ? log(done) : verified(done)).forEach(session::line);
        }
        return whole ? 0 : Code.HF3607.kind().exitStatus();
    }

    private static long number(String written) {
        try {
            return Long.parseLong(written);
        } catch (NumberFormatException e) {
            throw misused("'" + written + "' is no number", "Write how many entries to show, as in --most 100.");
        }
    }

    private static HoldfastException misused(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3301, cause, remedy));
    }

    private static List<String> log(Json done) {
        List<Json> entries = done.itemsAt("entries");
        if (entries.isEmpty()) {
            return List.of("nothing was changed");
        }
        Table table = new Table().row("NUMBER", "WHEN", "WHO", "FROM", "WHAT", "TENANT", "BEFORE", "AFTER");
        for (Json entry : entries) {
            String user = text(entry, "user");
            String role = text(entry, "role");
            table.row(
                    Long.toString(entry.longAt("number").orElse(0L)),
                    text(entry, "at"),
                    user.equals(role) ? user : user + " as " + role,
                    (text(entry, "application") + " " + text(entry, "client")).strip(),
                    text(entry, "action") + " " + text(entry, "table"),
                    text(entry, "tenant"),
                    row(entry, "before"),
                    row(entry, "after"));
        }
        return table.lines();
    }

    private static String row(Json entry, String key) {
        return entry.at(key)
                .map(row -> Amounts.shortened(Quoting.visible(row.compact()), LONGEST_CELL))
                .orElse("");
    }

    private static List<String> verified(Json done) {
        long sealed = done.longAt("sealed").orElse(0L);
        if (done.isAt("whole")) {
            return List.of(
                    "whole: " + (sealed == 1 ? "1 entry" : sealed + " entries") + " of " + text(done, "database")
                            + " are as they were written"
                            + (done.longAt("pruned").orElse(0L) == 0
                                    ? ""
                                    : "; " + done.longAt("pruned").orElse(0L)
                                            + " older ones were let go as the file asks, and the chain notes it"),
                    "head: " + text(done, "head"));
        }
        List<String> gaps = new java.util.ArrayList<>();
        gaps.add("not whole: the audit of " + text(done, "database") + " was tampered with [" + Code.HF3607 + "]");
        for (Json gap : done.itemsAt("gaps")) {
            if (gap instanceof Json.Text(String sentence)) {
                gaps.add("  " + Quoting.visible(sentence));
            }
        }
        return gaps;
    }

    private static String text(Json json, String key) {
        return Quoting.visible(json.textAt(key).orElse(""));
    }
}
