package dev.holdfast.daemon.supervise;

import java.time.Duration;

/**
 * What the processes of a service have used since they began. Only the difference of two of them says anything.
 *
 * @param cpu time on processors, {@code throttled} time for which they were kept from one; {@code memory} is what they have
 *     of their own now, without what they share
 */
public record Load(Duration cpu, Duration throttled, long memory) {
    public static Load none() {
        return new Load(Duration.ZERO, Duration.ZERO, 0);
    }
}
