package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Refusals;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.ProblemText;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.List;

/** Looks at what copies of a service would show: rules that cannot be followed, and personal columns without one. */
public final class MaskCommand implements Command {
    private static final String CHECK = "check";

    @Override
    public String name() {
        return "mask";
    }

    @Override
    public String summary() {
        return "check the masking rules of a service, and show columns that look personal and have none";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                        .required("ACTION", CHECK, CHECK)
                        .required("SERVICE", "the service; it is only looked at"))
                .footer("Copies are masked while they are made, as masking: in the stack file says.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String action = arguments.positional(0).orElse("");
        if (!action.equals(CHECK)) {
            throw new HoldfastException(
                    Problem.of(Code.HF3301, "'" + action + "' is nothing that is done with masking", "Write check."));
        }
        Json done = new Asking(arguments, session, "interrupted: nothing was changed")
                .ask("mask", arguments.positional(1).orElse(""), Json.object().build());
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            show(done, session);
        }
        return Math.toIntExact(done.longAt("exitStatus").orElse(0L));
    }

    private static void show(Json done, Session session) {
        List<Json> problems = done.itemsAt("problems");
        problems.forEach(problem -> ProblemText.lines(
                        Refusals.problem(problem), session.surroundings().directory(), session.paint())
                .forEach(session::remark));
        List<Json> suspects = done.itemsAt("suspects");
        if (!suspects.isEmpty()) {
            Table table = new Table().row("COLUMN", "BECAUSE", "A RULE FOR IT");
            suspects.forEach(suspect -> table.row(
                    text(suspect, "database") + "/" + text(suspect, "table") + "." + text(suspect, "column"),
                    text(suspect, "because"),
                    text(suspect, "rule")));
            table.lines().forEach(session::line);
        }
        String rules = problems.isEmpty()
                ? done.isAt("declared") ? "every rule can be followed" : "no masking is declared"
                : problems.size() + " to be settled before a copy can be made";
        session.line(rules + "; "
                + (suspects.isEmpty()
                        ? "no other column looks personal"
                        : suspects.size() + (suspects.size() == 1 ? " column looks" : " columns look")
                                + " personal and " + (suspects.size() == 1 ? "has" : "have") + " no rule"));
    }

    private static String text(Json json, String key) {
        return Quoting.visible(json.textAt(key).orElse(""));
    }
}
