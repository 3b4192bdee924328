package dev.holdfast.targets.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Starts processes from one thread that lives as long as the launcher: a sandbox tied to its parent would otherwise die
 * with the thread that happened to start it. One a daemon.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Launcher implements AutoCloseable {
    /** Both outputs go to the end of {@code log}; nothing is inherited from the environment of this process. */
    public Process start(List<String> command, Map<String, String> environment, Path log) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
