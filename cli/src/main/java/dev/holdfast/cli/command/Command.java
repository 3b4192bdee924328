package dev.holdfast.cli.command;

/** One word after {@code holdfast}. Made only when it is named, since every start pays for what it loads. */
public interface Command {
    String name();

    /** One sentence without a full stop, for the list of all commands. */
    String summary();

    /** Its options and positional words; the ones all commands have are added by whoever reads the line. */
    Shape shape();

    /** Does it and returns the exit status. */
    int run(Arguments arguments, Session session);
}
