package dev.holdfast.cli.command;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What a command line may hold, in code instead of annotations: reading annotations costs three times as much at every
 * start.
 */
public final class Shape {
    private final CommandSpec spec;
    private int positionals;

    private Shape(CommandSpec spec) {
        this.spec = spec;
    }

    public static Shape of(Command command) {
        CommandSpec spec = CommandSpec.create().name(command.name());
        spec.usageMessage().description(command.summary() + ".").width(100).abbreviateSynopsis(false);
        return new Shape(spec);
    }

    public Shape flag(String description, String... names) {
        spec.addOption(OptionSpec.builder(names)
                .type(boolean.class)
                .description(description)
                .build());
        return this;
    }

    /** What every command that does several things takes. */
    public Shape verbose() {
        return flag("show every step and decision, in full", "--verbose", "-v");
    }

    /** An option with a value; {@code words} are all it may be, where that is known. */
    public Shape value(String label, String description, List<String> words, String... names) {
        spec.addOption(OptionSpec.builder(names)
                .type(String.class)
                .paramLabel(label)
                .completionCandidates(words)
                .description(description)
                .build());
        return this;
    }

    public Shape value(String label, String description, String... names) {
        return value(label, description, List.of(), names);
    }

    /** An option that may be given again and again. */
    public Shape values(String label, String description, String... names) {
        spec.addOption(OptionSpec.builder(names)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(label)
                .description(description)
                .build());
        return this;
    }

    public Shape optional(String label, String description, String... words) {
        return positional(label, description, "0..1", List.of(words));
    }

    public Shape required(String label, String description, String... words) {
        return positional(label, description, "1", List.of(words));
    }

    /** All the words that are left; after {@code --} also those that look like options. */
    public Shape rest(String label, String description) {
        spec.addPositional(PositionalParamSpec.builder()
                .index(positionals + "..*")
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel(label)
                .description(description)
                .build());
        return this;
    }

    /** Lines below the options: what else there is to know, the exit status above all. */
    public Shape footer(String... lines) {
        spec.usageMessage().footer(lines);
        return this;
    }

    public CommandSpec spec() {
        return spec;
    }

    private Shape positional(String label, String description, String arity, List<String> words) {
        spec.addPositional(PositionalParamSpec.builder()
                .index(Integer.toString(positionals))
                .arity(arity)
                .required(arity.equals("1"))
                .type(String.class)
                .paramLabel(label)
                .completionCandidates(words)
                .description(description)
                .build());
        positionals++;
        return this;
    }
}
