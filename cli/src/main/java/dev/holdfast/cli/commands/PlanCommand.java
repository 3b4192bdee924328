package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.PlanText;
import dev.holdfast.text.Json;

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
                .optional("STACK", "the stack; the one of the stack file here otherwise")
                .value("STACK", "the stack, where no word names it", "--stack", "-s")
                .value("ENVIRONMENT", "as if it ran with this environment of the file", "--env", "-e");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(Choices.stack(arguments), daemon, session);
        Json.Builder request = Json.object();
        arguments.value("--env").ifPresent(environment -> request.put("environment", environment));
        Json plan = daemon.post(request.build(), "/v1/stacks/{}/plan", stack);
        if (session.isJson()) {
            session.json(plan);
        } else {
            new PlanText(session.paint()).lines(plan).forEach(session::line);
        }
        return 0;
    }
}
