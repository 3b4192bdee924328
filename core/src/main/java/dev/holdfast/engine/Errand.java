package dev.holdfast.engine;

import dev.holdfast.secret.Redacted;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A program of a member's own packages that runs to its end beside the member: it sees the folders the member sees. No two
 * errands of one member and name run at once, and one that was orphaned is ended before the next begins.
 *
 * @param name a plain word, such as {@code backup}; the log of the stack has what it writes under {@code <member>-<name>}
 * @param input what it reads from its standard input; without, that is empty
 * @param environment added to the workload's own; may hold secrets, the arguments must not
 */
public record Errand(
        String member,
        String name,
        List<String> command,
        SortedMap<String, Redacted> environment,
        Duration patience,
        Optional<Redacted> input) {
    public Errand {
        command = List.copyOf(command);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    public Errand(
            String member,
            String name,
            List<String> command,
            SortedMap<String, Redacted> environment,
            Duration patience) {
        this(member, name, command, environment, patience, Optional.empty());
    }

    public Errand withInput(Redacted text) {
        return new Errand(member, name, command, environment, patience, Optional.of(text));
    }

    /** How it ended, with the last lines it wrote on either output. */
    public record Ran(int status, String lastWords) {
        public boolean isSuccess() {
            return status == 0;
        }
    }
}
