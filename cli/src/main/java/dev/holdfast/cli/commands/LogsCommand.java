package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Paint;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.Optional;

/** What the members wrote. */
public final class LogsCommand implements Command {
    private static final int MOST = 10_000;

    @Override
    public String name() {
        return "logs";
    }

    @Override
    public String summary() {
        return "show what the members of a stack wrote";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("SERVICE|MEMBER", "only this service or member; all otherwise")
                .value("STACK", "the stack; the one of the stack file here otherwise", "--stack", "-s")
                .value("MEMBER", "only this member", "--member", "-m")
                .value("N", "so many of the last lines of each member, 100 otherwise", "-n", "--lines")
                .flag("go on with what is written from now on", "-f", "--follow");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String query = "?tail=" + tail(arguments.value("--lines"))
                + arguments
                        .positional(0)
                        .map(s -> Client.path("&service={}", s))
                        .orElse("")
                + arguments
                        .value("--member")
                        .map(m -> Client.path("&member={}", m))
                        .orElse("")
                + (arguments.is("--follow") ? "&follow=true" : "");
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(arguments.value("--stack"), daemon, session);
        String path = Client.path("/v1/stacks/{}/logs", stack) + query;
        Column column = new Column();
        try {
            daemon.stream("GET", path, Json.object().build(), event -> shown(event, column, session));
        } catch (ReaderGone gone) {
            return 0;
        }
        return 0;
    }

    private static int tail(Optional<String> written) {
        if (written.isEmpty()) {
            return 100;
        }
        try {
            int lines = Integer.parseInt(written.get());
            if (lines >= 0 && lines <= MOST) {
                return lines;
            }
        } catch (NumberFormatException notANumber) {
            // said below, together with a number out of bounds
        }
        throw new HoldfastException(Problem.of(
                Code.HF3301,
                "'" + written.get() + "' is no number of lines",
                "Give -n a whole number from 0 to " + MOST + "."));
    }

    private static void shown(Json event, Column column, Session session) {
        if (!event.textAt("event").orElse("").equals("line")) {
            return;
        }
        String member = event.textAt("member").orElse("");
        String text = event.textAt("text").orElse("");
        if (session.isJson()) {
            session.text(Json.object()
                            .put("member", member)
                            .put("text", text)
                            .build()
                            .compact() + "\n");
        } else {
            session.text(session.paint().faint(column.padded(Quoting.visible(member))) + "  " + Quoting.visible(text)
                    + "\n");
        }
        if (session.surroundings().out().checkError()) {
            throw new ReaderGone();
        }
    }

    /** As wide as the widest name so far; confined to the thread that streams. */
    private static final class Column {
        private int width;

        String padded(String name) {
            width = Math.max(width, Paint.width(name));
            return name + " ".repeat(width - Paint.width(name));
        }
    }

    /** Nobody reads any more ({@code holdfast logs -f | head}): no failure, but the stream has to end. */
    private static final class ReaderGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ReaderGone() {
            super("the reader of standard output is gone", null, false, false);
        }
    }
}
