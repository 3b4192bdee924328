package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Usage;
import dev.holdfast.cli.text.Paint;

/** The reference page of the commands, from the same specifications that read the command line. */
public final class Reference {
    private static final String HEAD = """
            # Commands

            Generated from the commands themselves; do not edit. `holdfast COMMAND --help` shows the same.

            **Which stack is meant**: the one named by `--stack` or by the first word; else the one of the `stack.yaml` in this folder or
            above it; else the only one there is. Anything less clear is refused with the candidates.

            **Output**: answers go to standard output, progress and problems to standard error. With `--output json` the answer is one JSON
            document (`logs` and `status --watch`: one a line), and a refusal is an array of problems in its place, each with `code`, `title`,
            `kind`, `cause`, `remedy` and, where it is about a file, `position` (`source`, `line`, `column`). Keys are added, never renamed.

            **Exit status**: 0 done; 2 the command or the stack file is wrong; 3 not offered; 4 the machine, or what was asked for is not ready;
            5 not confirmed; 70 a mistake of Holdfast; 130 interrupted. `connect` ends with the status of the engine's shell.

            **Environment**: `HOLDFAST_HOME` (all state below it; otherwise the XDG data and cache folders), `HOLDFAST_JAVA` (the JDK to run
            on), `NO_COLOR`.

            The objects that `status`, `plan`, `stacks`, `why` and the streams print are those of [the daemon's interface](api.md).
            """;

    private Reference() {}

    public static String markdown() {
        StringBuilder page = new StringBuilder(HEAD);
        for (Commands.Group group : Commands.groups()) {
            page.append("\n## ").append(group.title()).append('\n');
            for (String name : group.names()) {
                Command command = Commands.find(name).orElseThrow();
                page.append("\n### ").append(name).append("\n```\n");
                Usage.text(command, Paint.PLAIN)
                        .lines()
                        .forEach(line -> page.append(line.stripTrailing()).append('\n'));
                page.append("```\n");
            }
        }
        return page.toString();
    }
}
