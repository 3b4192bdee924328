package dev.holdfast.daemon.supervise;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class BackOffTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static BackOff failedFast(BackOff backOff) {
        return backOff.failed(START, START.plusSeconds(1));
    }

    @Test
    void pausesDoubleUpToTheirEndAndTheSixthFailureIsTheLast() {
        BackOff backOff = BackOff.none(Pace.standard());
        List<Duration> pauses = new ArrayList<>();
        while (!backOff.isOver()) {
            backOff = failedFast(backOff);
            pauses.add(backOff.pause());
        }
        assertThat(pauses)
                .containsExactly(
                        Duration.ZERO,
                        Duration.ofMillis(200),
                        Duration.ofMillis(400),
                        Duration.ofMillis(800),
                        Duration.ofMillis(1600),
                        Duration.ofMillis(3200));
    }

    @Test
    void aMemberThatStayedUpStartsAnewAtOnce() {
        BackOff tired = failedFast(failedFast(failedFast(BackOff.none(Pace.standard()))));
        BackOff rested = tired.failed(START, START.plus(Pace.standard().steady()));
        assertThat(rested.failures()).isEqualTo(1);
        assertThat(rested.pause()).isZero();
    }

    @Test
    void thePauseHasAnEnd() {
        assertThat(new BackOff(Pace.standard(), 1_000).pause())
                .isEqualTo(Pace.standard().maxBackOff());
    }
}
