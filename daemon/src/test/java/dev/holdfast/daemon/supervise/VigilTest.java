package dev.holdfast.daemon.supervise;

import dev.holdfast.engine.Health;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class VigilTest {
    private static final Health READY = new Health.Ready("it answered");
    private static final Health SILENT = new Health.NotReady("it did not answer", "Wait.");
    private static final Health IMPAIRED = new Health.Impaired("its archive refuses", "Look at the store.");

    private final Pace pace = Pace.standard();
    private final Vigil vigil = new Vigil(pace);

    @Test
    void oneThatStartsIsAskedOftenAndNeverCountsAsHung() {
        for (int look = 0; look < 100; look++) {
            vigil.saw(SILENT, Duration.ofSeconds(1));
        }
        assertThat(vigil.isHung()).isFalse();
        assertThat(vigil.pause()).isEqualTo(pace.probe());
    }

    @Test
    void oneThatServedAndFellSilentIsHungAfterSeveralLooks() {
        vigil.saw(READY, Duration.ofSeconds(1));
        for (int look = 0; look < pace.probeFailures(); look++) {
            assertThat(vigil.isHung()).isFalse();
            vigil.saw(SILENT, Duration.ofMinutes(5));
        }
        assertThat(vigil.isHung()).isTrue();
    }

    @Test
    void oneThatServesButBreaksAPromiseIsNeverHungAndLookedAtOften() {
        vigil.saw(READY, Duration.ofSeconds(1));
        vigil.saw(READY, Duration.ofHours(1));
        assertThat(vigil.pause()).isEqualTo(pace.probeCalm());
        for (int look = 0; look < 100; look++) {
            vigil.saw(IMPAIRED, Duration.ofHours(1));
        }
        assertThat(vigil.isHung()).isFalse();
        assertThat(vigil.pause()).isEqualTo(pace.probe());
    }
}
