package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.command.StackFile;
import dev.holdfast.cli.text.PlanText;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.util.Optional;

/** What the file says and the stack is not. */
public final class PlanCommand implements Command {
    @Override
    public String name() {
        return "plan";
    }

    @Override
    public String summary() {
        return "show what differs between the file and the running stack, and what changing it costs";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("STACK|FILE|DIR", "the stack, or a file whose stack need not run; the file here otherwise")
                .value("STACK", "the stack, where no word names it", "--stack", "-s")
                .value("ENVIRONMENT", "as if it ran with this environment of the file", "--env", "-e");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        Json.Builder request = Json.object();
        arguments.value("--env").ifPresent(environment -> request.put("environment", environment));
        Optional<Path> file = file(arguments, daemon, session);
        Json plan;
        if (file.isPresent()) {
            request.put("source", file.get().toString());
            plan = daemon.post(request.build(), "/v1/plan");
        } else {
            String stack = StackChoice.of(Choices.stack(arguments), daemon, session);
            plan = daemon.post(request.build(), "/v1/stacks/{}/plan", stack);
        }
        if (session.isJson()) {
            session.json(plan);
        } else {
            new PlanText(session.paint()).lines(plan).forEach(session::line);
        }
        return 0;
    }

    /** The file that was named, or the one here where no stack was made from it yet. */
    private static Optional<Path> file(Arguments arguments, Daemon daemon, Session session) {
        Optional<String> named = arguments.positional(0);
        if (named.isPresent()) {
            boolean isPath = named.get().contains("/")
                    || named.get().startsWith(".")
                    || named.get().endsWith(".yaml");
            return isPath ? Optional.of(StackFile.chosen(named, session)) : Optional.empty();
        }
        if (arguments.value("--stack").isPresent()) {
            return Optional.empty();
        }
        return StackFile.nearest(session.surroundings().directory())
                .filter(file -> daemon.get("/v1/stacks").itemsAt("stacks").stream()
                        .noneMatch(stack -> stack.textAt("source")
                                .filter(file.toString()::equals)
                                .isPresent()));
    }
}
