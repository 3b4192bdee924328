package dev.holdfast.stack;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Range;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** The promises in the file. */
@Doc("What the stack promises. A proof attacks each promise and measures what came of it.")
public record Objectives(
        @Doc("How long writes may fail when a primary is lost.") @Range(least = "1ms", most = "1d") @Example("5s")
        Optional<Duration> failover,

        @Doc("How many acknowledged writes a failover may lose.") @Range(least = "0") @Example("0")
        OptionalLong lostWrites,

        @Doc("How long it may take until a restored copy answers.") @Range(least = "1ms", most = "7d") @Example("60s")
        Optional<Duration> restore,

        @Doc("How old the newest restorable state may be.") @Range(least = "1ms", most = "7d") @Example("5m")
        Optional<Duration> recoveryPoint) {
    public static Objectives none() {
        return new Objectives(Optional.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty());
    }
}
