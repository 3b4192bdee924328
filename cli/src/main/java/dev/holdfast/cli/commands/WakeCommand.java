package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.text.Json;

/** Wakes a service before somebody connects. */
public final class WakeCommand implements Command {
    @Override
    public String name() {
        return "wake";
    }

    @Override
    public String summary() {
        return "wake a service that sleeps";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this).required("SERVICE", "a service with 'suspend' in the stack file"));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String service = arguments.positional(0).orElse("");
        Json done = new Asking(arguments, session, "interrupted: the service goes on waking")
                .ask("wake", service, Json.object().build());
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            boolean unchanged =
                    done.textAt("outcome").filter("unchanged"::equals).isPresent();
            session.line(Quoting.visible(service)
                    + (unchanged
                            ? " is awake"
                            : " serves after " + done.longAt("millis").orElse(0L) + " ms"));
        }
        return 0;
    }
}
