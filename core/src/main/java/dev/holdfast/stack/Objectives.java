package dev.holdfast.stack;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** The promises in the file. */
public record Objectives(
        Optional<Duration> failover,
        OptionalLong lostWrites,
        Optional<Duration> restore,
        Optional<Duration> recoveryPoint) {
    public static Objectives none() {
        return new Objectives(Optional.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty());
    }
}
