package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.Optional;

/** Stops a stack; with {@code --purge} its data goes too, and that wants the stack's name. */
public final class DownCommand implements Command {
    private static final int LONGEST_ANSWER = 300;

    @Override
    public String name() {
        return "down";
    }

    @Override
    public String summary() {
        return "stop a stack and keep its data";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("STACK", "the stack; the one of the stack file here otherwise")
                .value("STACK", "the stack, where no word names it", "--stack", "-s")
                .flag("also delete its data, secrets and ports; asks for the stack's name", "--purge")
                .value("STACK", "the stack's name, where nobody can be asked", "--confirm")
                .verbose();
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(Choices.stack(arguments), daemon, session);
        Json.Builder request = Json.object();
        if (arguments.is("--purge")) {
            request.put("purge", true).put("confirm", confirmed(stack, arguments.value("--confirm"), session));
        }
        Json done;
        try (Events events = new Events(
                session,
                arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.RESULTS,
                "interrupted: what was asked to stop goes on stopping")) {
            done = daemon.stream("POST", Client.path("/v1/stacks/{}/down", stack), request.build(), events);
        }
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            Table table = new Table();
            for (Json service : done.itemsAt("services")) {
                table.row(
                        session.paint().good("✓") + " "
                                + session.paint()
                                        .strong(Quoting.visible(
                                                service.textAt("name").orElse(""))),
                        "stopped " + Quoting.visible(String.join(", ", Results.texts(service.itemsAt("stopped")))));
            }
            for (String service : Results.texts(done.itemsAt("untouched"))) {
                table.row(
                        session.paint().faint("-") + " " + session.paint().strong(Quoting.visible(service)),
                        done.isAt("purged")
                                ? "external: only what is kept here of it is forgotten; the server and its data are as they were"
                                : "external: the server runs on");
            }
            table.lines().forEach(session::line);
            session.line(Quoting.visible(stack)
                    + (done.isAt("purged") ? " is gone, with its data" : " is stopped; its data is kept"));
        }
        return 0;
    }

    private static String confirmed(String stack, Optional<String> word, Session session) {
        String given = word.orElseGet(() -> session.canAsk() ? asked(stack, session) : "");
        if (!given.equals(stack)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3304,
                    given.isEmpty()
                            ? "deleting the data of stack '" + stack + "' was not confirmed"
                            : "the name given, '" + given + "', is not that of the stack '" + stack + "'",
                    "Say the stack's name: holdfast down --stack " + stack + " --purge --confirm " + stack + "."));
        }
        return given;
    }

    private static String asked(String stack, Session session) {
        session.surroundings()
                .err()
                .print("This deletes the data of '" + Quoting.visible(stack)
                        + "' for good. Type the stack's name to go on: ");
        session.surroundings().err().flush();
        return Answers.line(session.surroundings().in(), LONGEST_ANSWER);
    }
}
