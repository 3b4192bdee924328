package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;

/** The script that teaches a shell our words. */
public final class CompletionCommand implements Command {
    @Override
    public String name() {
        return "completion";
    }

    @Override
    public String summary() {
        return "print the completion script for bash, zsh or fish";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .required("SHELL", "bash, zsh or fish", "bash", "zsh", "fish")
                .footer(
                        "bash: source <(holdfast completion bash)",
                        "zsh:  source <(holdfast completion zsh)",
                        "fish: holdfast completion fish | source");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String shell = arguments.positional(0).orElse("");
        session.text(
                switch (shell) {
                    case "bash" -> Completion.bash();
                    case "zsh" -> Completion.zsh();
                    case "fish" -> Completion.fish();
                    default ->
                        throw new HoldfastException(Problem.of(
                                Code.HF3301, "there is no completion for '" + shell + "'", "Name bash, zsh or fish."));
                });
        return 0;
    }
}
