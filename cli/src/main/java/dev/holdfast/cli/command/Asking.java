package dev.holdfast.cli.command;

import dev.holdfast.daemon.api.Client;
import dev.holdfast.text.Json;

/** Asks the daemon something of one service of a stack that is up, and shows how far it is. */
public record Asking(Arguments arguments, Session session, String interrupted) {
    /** {@code --stack} and {@code --verbose}, which every such command has. */
    public static Shape options(Shape shape) {
        return shape.value("STACK", "the stack; the one of the stack file here otherwise", "--stack", "-s")
                .verbose();
    }

    /** The {@code done} event of the verb. */
    public Json ask(String verb, String service, Json request) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(arguments.value("--stack"), daemon, session);
        try (Events events =
                new Events(session, arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.STEPS, interrupted)) {
            return daemon.stream("POST", Client.path("/v1/stacks/{}/{}/{}", stack, verb, service), request, events);
        }
    }
}
