package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;

/** Stops and starts members in good order. */
public final class RestartCommand implements Command {
    @Override
    public String name() {
        return "restart";
    }

    @Override
    public String summary() {
        return "restart a stack, one service or one member in good order";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("SERVICE|MEMBER", "only this service or member; all otherwise")
                .value("STACK", "the stack; the one of the stack file here otherwise", "--stack", "-s")
                .value("MEMBER", "only this member", "--member", "-m")
                .verbose();
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Json.Builder request = Json.object();
        arguments.positional(0).ifPresent(service -> request.put("service", service));
        arguments.value("--member").ifPresent(member -> request.put("member", member));
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(arguments.value("--stack"), daemon, session);
        Json done;
        try (Events events = new Events(
                session,
                arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.RESULTS,
                "interrupted: the member at hand is started again, the others are left")) {
            done = daemon.stream("POST", Client.path("/v1/stacks/{}/restart", stack), request.build(), events);
        }
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            List<String> names = new ArrayList<>();
            for (Json item : done.itemsAt("restarted")) {
                if (item instanceof Json.Text(String name)) {
                    names.add(Quoting.visible(name));
                }
            }
            session.line("restarted " + String.join(", ", names));
        }
        return 0;
    }
}
