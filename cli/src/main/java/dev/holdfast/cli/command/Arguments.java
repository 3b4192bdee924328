package dev.holdfast.cli.command;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** What was written on one command line. */
public final class Arguments {
    private final ParseResult parsed;

    public Arguments(ParseResult parsed) {
        this.parsed = parsed;
    }

    public boolean is(String option) {
        return parsed.hasMatchedOption(option);
    }

    public Optional<String> value(String option) {
        return Optional.ofNullable(parsed.<String>matchedOptionValue(option, null));
    }

    public List<String> values(String option) {
        return List.copyOf(parsed.<List<String>>matchedOptionValue(option, List.of()));
    }

    public Optional<String> positional(int index) {
        return Optional.ofNullable(parsed.<String>matchedPositionalValue(index, null));
    }

    public List<String> rest(int from) {
        return List.copyOf(parsed.<List<String>>matchedPositionalValue(from, List.of()));
    }
}
