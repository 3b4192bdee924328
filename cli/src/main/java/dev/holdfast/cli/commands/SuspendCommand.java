package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.text.Json;

/** Has a service sleep now. */
public final class SuspendCommand implements Command {
    @Override
    public String name() {
        return "suspend";
    }

    @Override
    public String summary() {
        return "have a service sleep now; the next connection wakes it";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                .required("SERVICE", "a service with 'suspend' in the stack file")
                .flag("also where clients are connected, who are cut off", "--disconnect"));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String service = arguments.positional(0).orElse("");
        Json done = new Asking(arguments, session, "interrupted: the service is stopped to its end")
                .ask(
                        "suspend",
                        service,
                        Json.object()
                                .put("disconnect", arguments.is("--disconnect"))
                                .build());
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            boolean unchanged =
                    done.textAt("outcome").filter("unchanged"::equals).isPresent();
            session.line(Quoting.visible(service) + (unchanged ? " sleeps already" : " sleeps; a connection wakes it"));
        }
        return 0;
    }
}
