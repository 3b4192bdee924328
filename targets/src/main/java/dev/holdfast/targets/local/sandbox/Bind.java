package dev.holdfast.targets.local.sandbox;

import java.nio.file.Path;

/** A folder or file of the machine as the program inside sees it. */
public record Bind(Path from, String to, boolean writable) {

    public static Bind readOnly(Path from, String to) {
        return new Bind(from, to, false);
    }

    public static Bind writable(Path from, String to) {
        return new Bind(from, to, true);
    }
}
