package dev.holdfast.cli.command;

/** The version people see; a constant because reading a manifest costs every command a few milliseconds. */
public final class Version {
    public static final String NUMBER = "0.1.0";

    private Version() {}
}
