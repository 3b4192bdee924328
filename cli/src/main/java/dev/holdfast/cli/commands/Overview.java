package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.text.Paint;
import dev.holdfast.cli.text.Table;
import java.util.ArrayList;
import java.util.List;

/** All commands on one page. Written here and not by picocli, whose help costs twice what the whole rest does. */
public final class Overview {
    private Overview() {}

    public static List<String> lines(Paint paint) {
        List<String> lines = new ArrayList<>();
        lines.add("One file to a running data stack that tells the truth.");
        lines.add("");
        lines.add(paint.strong("Usage:") + " holdfast COMMAND [OPTIONS]");
        Table table = new Table();
        for (Commands.Group group : Commands.groups()) {
            table.row("");
            table.row(paint.strong(group.title()));
            for (String name : group.names()) {
                Command command = Commands.find(name).orElseThrow();
                table.row("  " + name, "", command.summary());
            }
        }
        lines.addAll(table.lines());
        lines.add("");
        lines.add(paint.strong("All commands take:"));
        lines.addAll(new Table()
                .row("  -o, --output text|json", "the answer for a person or for a program")
                .row("  -q, --quiet", "no progress and no remarks")
                .row("      --no-color", "no colours; so does NO_COLOR in the environment")
                .row("  -h, --help", "the options of the command")
                .lines());
        return lines;
    }
}
