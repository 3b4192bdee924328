package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.StatusText;
import dev.holdfast.text.Json;
import java.util.List;

/** How a stack is, probed while the question waits. */
public final class StatusCommand implements Command {
    private static final long WATCH_MILLIS = 1000;

    @Override
    public String name() {
        return "status";
    }

    @Override
    public String summary() {
        return "say whether a stack is ready, probed just now, and why not";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("STACK", "the stack; the one of the stack file here otherwise")
                .value("STACK", "the stack, where no word names it", "--stack", "-s")
                .flag("ask again every second until interrupted", "--watch", "-w")
                .footer("Exit status: 0 when every service is ready, 4 when something is not.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(Choices.stack(arguments), daemon, session);
        Json status = daemon.get("/v1/stacks/{}/status", stack);
        while (arguments.is("--watch")) {
            if (!shown(status, session, true)) {
                return 0;
            }
            try {
                Thread.sleep(WATCH_MILLIS);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return 0;
            }
            status = daemon.get("/v1/stacks/{}/status", stack);
        }
        shown(status, session, false);
        return status.isAt("ready") ? 0 : Results.NOT_READY;
    }

    /** False where nobody reads any more. */
    private static boolean shown(Json status, Session session, boolean isWatched) {
        if (session.isJson()) {
            session.text(isWatched ? status.compact() + "\n" : status.pretty());
        } else if (!session.isQuiet()) {
            List<String> lines = new StatusText(session.paint()).lines(status);
            if (isWatched && session.surroundings().terminals().out()) {
                session.text("\u001b[H\u001b[2J");
            }
            lines.forEach(session::line);
        }
        return !session.surroundings().out().checkError();
    }
}
