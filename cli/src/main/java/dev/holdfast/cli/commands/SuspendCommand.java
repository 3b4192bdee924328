package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.text.Json;

/** Has a service sleep now, or all of a stack. */
public final class SuspendCommand implements Command {
    @Override
    public String name() {
        return "suspend";
    }

    @Override
    public String summary() {
        return "have a service sleep now, or all of a stack or branch; the next connection wakes it";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                .optional("SERVICE|STACK", Sleepers.WORDS)
                .flag("also where clients are connected, who are cut off", "--disconnect"));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        Sleepers sleepers = Sleepers.of(arguments, daemon, session);
        Json request =
                Json.object().put("disconnect", arguments.is("--disconnect")).build();
        Json done = sleepers.ask(
                "suspend", request, daemon, arguments, session, "interrupted: the service is stopped to its end");
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            sleepers.show(done, session, "sleeps; a connection wakes it", "sleeps already");
        }
        return 0;
    }
}
