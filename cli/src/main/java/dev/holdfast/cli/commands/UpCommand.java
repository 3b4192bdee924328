package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.command.StackFile;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.UpText;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.util.Map;

/** From a file to a running stack. */
public final class UpCommand implements Command {
    @Override
    public String name() {
        return "up";
    }

    @Override
    public String summary() {
        return "start the stack of a file, or take over what changed in it without interruption";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional(
                        "FILE|DIR", "the stack file or its folder; the nearest stack.yaml from here upwards otherwise")
                .value("ENVIRONMENT", "the environment of the file to use", "--env", "-e")
                .value(
                        "NAME",
                        "run it under this name instead of the file's, beside the one that may run already",
                        "--name")
                .flag("give every member whose port is taken a new one", "--new-ports")
                .verbose()
                .footer("Exit status: 0 when every service is ready, 4 when something is not.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Path file = StackFile.chosen(arguments.positional(0), session);
        Json.Builder request = Json.object().put("source", file.toString());
        arguments.value("--env").ifPresent(environment -> request.put("environment", environment));
        arguments.value("--name").ifPresent(name -> request.put("name", name));
        if (arguments.is("--new-ports")) {
            request.put("newPorts", true);
        }
        Daemon daemon = Daemon.ensured(session.surroundings());
        Json done;
        Map<String, Integer> made;
        Events.Detail detail = arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.RESULTS;
        try (Events events = new Events(session, detail, "interrupted: the daemon takes back what it started")) {
            done = daemon.stream("POST", "/v1/up", request.build(), events);
            made = events.made();
        }
        boolean isReady = done.at("status").map(status -> status.isAt("ready")).orElse(false);
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            String stack = done.textAt("stack").orElse("");
            boolean isClear = StackChoice.isClear(stack, daemon, session);
            new UpText(session.paint(), isClear ? "" : " --stack " + Quoting.shell(stack))
                    .lines(done, made)
                    .forEach(session::line);
        }
        return isReady ? 0 : Results.NOT_READY;
    }
}
