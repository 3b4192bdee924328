package dev.holdfast.daemon.supervise;

import java.time.Duration;

/**
 * How patient the supervisor is.
 *
 * @param firstBackOff the pause before the second restart in a row; the first is at once
 * @param maxBackOff where the doubling of the pause ends
 * @param steady how long a member must have stayed up for its earlier failures to be forgotten
 * @param maxFailures so many failures in a row, each within {@code steady} of its start, and it is given up
 * @param probeStarting the first pause between probes of a member that was never ready; it grows to {@code probe}
 * @param probe the pause between probes of a member that is ready, until it has been so for {@code steady}
 * @param probeCalm the pause after that
 * @param probeDeadline how long one probe may take
 * @param probeFailures so many failed probes in a row of a member that was ready, and it is restarted
 */
public record Pace(
        Duration firstBackOff,
        Duration maxBackOff,
        Duration steady,
        int maxFailures,
        Duration probeStarting,
        Duration probe,
        Duration probeCalm,
        Duration probeDeadline,
        int probeFailures) {

    public static Pace standard() {
        return new Pace(
                Duration.ofMillis(200),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                6,
                Duration.ofMillis(20),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofSeconds(2),
                6);
    }
}
