package dev.holdfast.cli.command;

import dev.holdfast.cli.text.Paint;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;

/** The page of one command, and the options that every command takes. */
public final class Usage {
    public static final List<String> OUTPUTS = List.of("text", "json");

    private Usage() {}

    /** The whole command line of one command, the common options included. */
    public static CommandSpec complete(Command command) {
        Shape shape = command.shape();
        // where -o is the folder to write to, the form of the answer has only its long name
        String[] names =
                shape.spec().findOption("-o") == null ? new String[] {"-o", "--output"} : new String[] {"--output"};
        return shape.value("text|json", "the answer for a person or for a program", OUTPUTS, names)
                .flag("no progress and no remarks", "-q", "--quiet")
                .flag("no colours; so does NO_COLOR in the environment", "--no-color")
                .flag("this page", "-h", "--help")
                .spec();
    }

    public static String text(Command command, Paint paint) {
        CommandSpec spec = complete(command);
        spec.name("holdfast " + command.name());
        Help.Ansi ansi = paint == Paint.PLAIN ? Help.Ansi.OFF : Help.Ansi.ON;
        return new CommandLine(spec).getUsageMessage(ansi);
    }
}
