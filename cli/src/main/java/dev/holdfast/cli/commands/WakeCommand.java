package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.text.Json;

/** Wakes a service before somebody connects, or all of a stack. */
public final class WakeCommand implements Command {
    @Override
    public String name() {
        return "wake";
    }

    @Override
    public String summary() {
        return "wake a service that sleeps, or all of a stack or branch";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this).optional("SERVICE|STACK", Sleepers.WORDS));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        Sleepers sleepers = Sleepers.of(arguments, daemon, session);
        Json done = sleepers.ask(
                "wake", Json.object().build(), daemon, arguments, session, "interrupted: the service goes on waking");
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            String after = done.longAt("millis")
                    .map(millis -> " after " + millis + " ms")
                    .orElse("");
            sleepers.show(done, session, "serves" + after, "is awake");
        }
        return 0;
    }
}
