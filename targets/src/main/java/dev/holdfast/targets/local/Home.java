package dev.holdfast.targets.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The places of one user's Holdfast on this machine. Everything in them is for that user alone. */
@SuppressWarnings("DoNotCallSuggester")
public record Home(Path data, Path cache, Path runtime) {

    /** From {@code HOLDFAST_HOME}, or from the XDG variables and {@code HOME}. Creates nothing. */
    public static Home of(Map<String, String> environment) {
        throw new UnsupportedOperationException();
    }

    /** Makes what is missing, 0700. */
    public Home create() {
        throw new UnsupportedOperationException();
    }

    /** The daemon's socket; in a short folder under /tmp where the path would not fit into a socket address. */
    public Path socket() {
        throw new UnsupportedOperationException();
    }

    /** The folder of that stack, which need not exist. Refuses a name that is not one plain word. */
    public StackFolder stack(String name) {
        throw new UnsupportedOperationException();
    }

    /** Every stack that has a folder here, by name, whatever the state of its files. */
    public List<StackFolder> stacks() {
        throw new UnsupportedOperationException();
    }
}
