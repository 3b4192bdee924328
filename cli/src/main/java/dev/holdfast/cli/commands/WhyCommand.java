package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Moments;
import dev.holdfast.cli.text.Paint;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.text.Json;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Why a service is in the state it is in: what was decided, and on what evidence. */
public final class WhyCommand implements Command {
    private static final int LONGEST = 100;

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
                .required("SERVICE|MEMBER", "the service or member")
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
            Moments moments = new Moments(InstantSource.system().instant(), ZoneId.systemDefault());
            lines(why, session.paint(), moments).forEach(session::line);
        }
        return 0;
    }

    static List<String> lines(Json why, Paint paint, Moments moments) {
        List<String> lines = new ArrayList<>();
        lines.add(why.isAt("ready") ? paint.good(text(why, "state")) : paint.bad(text(why, "state")));
        lines.addAll(happened(why, paint, moments).lines());
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

    /** Decisions and what was made inside, oldest first; of what came in one go, each thing has its line. */
    private static Table happened(Json why, Paint paint, Moments moments) {
        List<Json> all = new ArrayList<>(why.itemsAt("decisions"));
        all.addAll(why.itemsAt("changes"));
        all.sort(Comparator.comparing(WhyCommand::moment));
        Table table = new Table();
        for (Json one : all) {
            table.row(
                    "  " + paint.faint(moments.time(moment(one))),
                    paint.faint(moments.ago(moment(one))),
                    one.textAt("where")
                            .map(where ->
                                    Quoting.visible(where) + ": " + Amounts.shortened(text(one, "summary"), LONGEST))
                            .orElseGet(() -> text(one, "text")));
        }
        return table;
    }

    private static Instant moment(Json one) {
        try {
            return Instant.parse(one.textAt("at").orElse(""));
        } catch (DateTimeParseException none) {
            return Instant.EPOCH;
        }
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
