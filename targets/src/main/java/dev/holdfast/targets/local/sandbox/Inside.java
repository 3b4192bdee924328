package dev.holdfast.targets.local.sandbox;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * The two processes behind a started {@link Invocation}. A signal to {@code program} is one to the engine itself (SIGINT to
 * a PostgreSQL is a clean stop); SIGKILL to {@code init} ends everything in the sandbox. A signal to the process that was
 * started does neither: bubblewrap passes none on, and killing it only leaves the rest without it.
 */
public record Inside(ProcessHandle init, ProcessHandle program) {

    /** As far as they are there yet: shortly after the start, and after the end, they are not. */
    public static Optional<Inside> of(ProcessHandle started) {
        return onlyChild(started).flatMap(init -> onlyChild(init).map(program -> new Inside(init, program)));
    }

    private static Optional<ProcessHandle> onlyChild(ProcessHandle parent) {
        // what the program leaves behind becomes a child of init too: the oldest is the program
        try (Stream<ProcessHandle> children = parent.children()) {
            return children.min((a, b) -> {
                int byStart = a.info()
                        .startInstant()
                        .orElse(java.time.Instant.MAX)
                        .compareTo(b.info().startInstant().orElse(java.time.Instant.MAX));
                return byStart != 0 ? byStart : Long.compare(a.pid(), b.pid());
            });
        }
    }
}
