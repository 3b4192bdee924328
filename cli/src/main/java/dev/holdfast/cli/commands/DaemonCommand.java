package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The process that looks after the stacks of this user. */
public final class DaemonCommand implements Command {
    @Override
    public String name() {
        return "daemon";
    }

    @Override
    public String summary() {
        return "start, stop or look at the process that looks after the stacks";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("start|stop|status|run", "what to do; status otherwise", "start", "stop", "status", "run")
                .footer(
                        "Commands start the daemon by themselves; engines outlive it. 'run' runs it in the foreground.",
                        "Exit status of status: 0 when it runs, 4 when it does not.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String action = arguments.positional(0).orElse("status");
        return switch (action) {
            case "start" -> {
                Daemon.ensured(session.surroundings());
                yield status(session);
            }
            case "stop" -> stop(session);
            case "status" -> status(session);
            case "run" -> DaemonRun.inThisProcess(session.surroundings());
            default ->
                throw new HoldfastException(Problem.of(
                        Code.HF3301, "the daemon cannot '" + action + "'", "Say one of start, stop, status and run."));
        };
    }

    private static int stop(Session session) {
        Optional<Daemon> running = Daemon.running(session.surroundings());
        if (running.isEmpty()) {
            answer(session, Json.object().put("stopping", false).build(), "the daemon does not run");
            return 0;
        }
        Json stopped = running.get().post(Json.object().build(), "/v1/shutdown");
        List<String> asleep = Results.texts(stopped.itemsAt("asleep"));
        answer(
                session,
                stopped,
                "the daemon stops; the engines serve on"
                        + (asleep.isEmpty()
                                ? ""
                                : ", and these could not be woken and refuse connections until it runs again: "
                                        + Quoting.visible(String.join(", ", asleep))));
        return 0;
    }

    private static int status(Session session) {
        Optional<Daemon> running = Daemon.running(session.surroundings());
        if (running.isEmpty()) {
            answer(session, Json.object().put("running", false).build(), "the daemon does not run");
            return Results.NOT_READY;
        }
        Json health = running.get().get("/v1/health");
        answer(
                session,
                health,
                "the daemon runs: process " + health.longAt("pid").orElse(0L)
                        + ", version " + text(health, "version") + " (build " + text(health, "build") + "), up "
                        + Amounts.duration(Duration.ofSeconds(
                                health.longAt("uptimeSeconds").orElse(0L)))
                        + ", " + Amounts.bytes(health.longAt("rssBytes").orElse(0L))
                        + ", " + Amounts.count(health.longAt("stacks").orElse(0L), "stack"));
        return 0;
    }

    private static void answer(Session session, Json json, String text) {
        if (session.isJson()) {
            session.json(json);
        } else if (!session.isQuiet()) {
            session.line(text);
        }
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
