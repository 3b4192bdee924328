package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.List;

/** Puts the data of a copy in the place of the source's. */
public final class PromoteCommand implements Command {
    @Override
    public String name() {
        return "promote";
    }

    @Override
    public String summary() {
        return "put the data of a restored copy in the place of the source's, which is kept aside";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .required("COPY", "the copy, as STACK@NAME")
                .value("SERVICE", "the service, where the copy holds several", "--service")
                .values(
                        "STACK/SERVICE",
                        "says that this service is to lose its place; asked for when left out",
                        "--approve")
                .verbose();
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String copy = arguments.positional(0).orElse("");
        int at = copy.indexOf('@');
        if (at < 1) {
            throw new HoldfastException(Problem.of(
                    Code.HF3301,
                    "'" + copy + "' is no copy: those are called STACK@NAME",
                    "See 'holdfast stacks' for the copies there are."));
        }
        Daemon daemon = Daemon.ensured(session.surroundings());
        String service = arguments.value("--service").orElseGet(() -> only(daemon, copy));
        Json request = Json.object()
                .put("copy", copy)
                .put("approve", Json.texts(arguments.values("--approve")))
                .build();
        Json done;
        try (Events events = new Events(
                session,
                arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.STEPS,
                "interrupted: run the same command again, it goes on where it stopped")) {
            done = daemon.stream(
                    "POST",
                    Client.path("/v1/stacks/{}/{}/{}", copy.substring(0, at), "promote", service),
                    request,
                    events);
        }
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            session.line(Quoting.visible(copy) + " is now " + Quoting.visible(service) + " of "
                    + Quoting.visible(copy.substring(0, at)));
            for (String aside : Results.texts(done.itemsAt("aside"))) {
                session.line("what was there is kept in " + Quoting.visible(aside) + " until you remove it");
            }
        }
        return 0;
    }

    private static String only(Daemon daemon, String copy) {
        List<String> services = daemon.get("/v1/stacks/{}/status", copy).itemsAt("services").stream()
                .flatMap(service -> service.textAt("name").stream())
                .toList();
        if (services.size() == 1) {
            return services.getFirst();
        }
        throw new HoldfastException(Problem.of(
                Code.HF3301,
                "which service of '" + copy + "' is meant is not said",
                "Name one with --service: " + String.join(", ", services) + "."));
    }
}
