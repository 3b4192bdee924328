package dev.holdfast.engine;

import dev.holdfast.secret.Redacted;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What fills the empty {@code /data} of a member of a derived stack, in place of what its engine makes of nothing. The
 * steps run one after the other in the member's own sandbox, in a folder that becomes {@code /data} only when all of them
 * have ended with 0: an interrupted filling leaves nothing that looks whole.
 *
 * @param how where the data comes from, for people: {@code copied from shop/main}
 * @param secrets files that only the steps see, {@code /secrets/<name>}, 0600; they are gone when the filling ends
 * @param environment added to the workload's own for every step
 */
public record Filling(
        String member,
        String how,
        List<Step> steps,
        SortedMap<String, Redacted> secrets,
        SortedMap<String, Redacted> environment) {
    public Filling {
        steps = List.copyOf(steps);
        secrets = Collections.unmodifiableSortedMap(new TreeMap<>(secrets));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    /**
     * One program.
     *
     * @param what what it does, as whoever waits is told: {@code copying main}
     * @param input what it reads from its standard input; it may hold secrets, the command must not
     */
    public record Step(String what, List<String> command, Optional<Redacted> input, Duration patience, Gauge gauge) {
        public Step {
            command = List.copyOf(command);
        }

        public Step(String what, List<String> command, Duration patience) {
            this(what, command, Optional.empty(), patience, line -> Optional.empty());
        }

        public Step withInput(Redacted text) {
            return new Step(what, command, Optional.of(text), patience, gauge);
        }

        public Step withGauge(Gauge reader) {
            return new Step(what, command, input, patience, reader);
        }
    }

    /** Reads from a line of a program's output how far it is. */
    public interface Gauge {
        Optional<Amount> read(String line);
    }

    /** {@code unit} is {@code bytes} or a plain word; {@code total} is 0 where nobody knows. */
    public record Amount(long done, long total, String unit) {}
}
