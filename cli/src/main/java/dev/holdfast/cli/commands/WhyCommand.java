package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Paint;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;

/** Why a service is in the state it is in: what was decided, and on what evidence. */
public final class WhyCommand implements Command {
    @Override
    public String name() {
        return "why";
    }

    @Override
    public String summary() {
        return "say why a service is in the state it is in, with the evidence";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .required("SERVICE", "the service")
                .value("STACK", "the stack; the one of the stack file here otherwise", "--stack", "-s");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(arguments.value("--stack"), daemon, session);
        Json why = daemon.get(
                "/v1/stacks/{}/why/{}", stack, arguments.positional(0).orElse(""));
        if (session.isJson()) {
            session.json(why);
        } else {
            lines(why, session.paint()).forEach(session::line);
        }
        return 0;
    }

    static List<String> lines(Json why, Paint paint) {
        List<String> lines = new ArrayList<>();
        lines.add(why.isAt("ready") ? paint.good(text(why, "state")) : paint.bad(text(why, "state")));
        for (Json decision : why.itemsAt("decisions")) {
            lines.add("  " + paint.faint(text(decision, "at")) + "  " + text(decision, "text"));
        }
        for (Json evidence : why.itemsAt("evidence")) {
            lines.add("  " + paint.strong(text(evidence, "member")) + " wrote:");
            for (Json line : evidence.itemsAt("lines")) {
                if (line instanceof Json.Text(String written)) {
                    lines.add("    " + Quoting.visible(written));
                }
            }
        }
        why.textAt("next").ifPresent(next -> lines.add(paint.strong("next:") + " " + Quoting.visible(next)));
        return lines;
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
