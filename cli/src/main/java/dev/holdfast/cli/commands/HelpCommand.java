package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.Usage;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Nearest;

/** Help for all, or for one command. */
public final class HelpCommand implements Command {
    @Override
    public String name() {
        return "help";
    }

    @Override
    public String summary() {
        return "show all commands, or the options of one";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("COMMAND", "the command", Commands.names().toArray(String[]::new));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        if (arguments.positional(0).isEmpty()) {
            Overview.lines(session.paint()).forEach(session::line);
            return 0;
        }
        String name = arguments.positional(0).get();
        Command command = Commands.find(name).orElseThrow(() -> unknown(name));
        session.text(Usage.text(command, session.paint()));
        return 0;
    }

    /** Shared with whoever reads the first word of the line. */
    public static HoldfastException unknown(String name) {
        return new HoldfastException(Problem.of(
                Code.HF3301,
                "there is no command '" + name + "'",
                Nearest.to(name, Commands.names())
                        .map(near -> "Did you mean 'holdfast " + near + "'?")
                        .orElse("Run 'holdfast help' to see all commands.")));
    }
}
