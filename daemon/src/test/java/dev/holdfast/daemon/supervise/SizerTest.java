package dev.holdfast.daemon.supervise;

import dev.holdfast.stack.Compute;
import dev.holdfast.stack.Cpu;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When a service moves, and when it must not. */
final class SizerTest {
    private static final long MEBI = 1 << 20;

    private final Sizer sizer = new Sizer(new Compute(new Cpu(250), new Cpu(2000)));
    private Instant now = Instant.EPOCH;
    private Duration used = Duration.ZERO;
    private Duration held = Duration.ZERO;

    @Test
    void itComesDownStepByStepWhereItDoesLittle() {
        assertThat(look(0.05, 0, 100, 25)).isEmpty();
        assertThat(look(0.05, 0, 100, 120)).containsExactly("2000m>1000m", "1000m>500m", "500m>250m");
        assertThat(look(0.05, 0, 100, 100)).isEmpty();
        assertThat(sizer.now()).isEqualTo(new Cpu(250));
    }

    @Test
    void itGoesUpAtOnceAndStaysWhereTheLoadIs() {
        look(0, 0, 100, 150);
        assertThat(look(0.24, 0.5, 100, 3)).containsExactly("250m>500m");
        assertThat(look(0.49, 0, 100, 3)).containsExactly("500m>1000m");
        // enough for one size is too much for half of the one below: nothing moves, however long
        assertThat(look(0.6, 0, 100, 300)).isEmpty();
        // a short rush is no load
        assertThat(look(0.99, 0, 100, 2)).isEmpty();
        assertThat(look(0.4, 0, 100, 3)).isEmpty();
    }

    @Test
    void burstsDoNotHaveItSwing() {
        look(0, 0, 100, 31);
        assertThat(sizer.now()).isEqualTo(new Cpu(1000));
        int moves = 0;
        for (int burst = 0; burst < 60; burst++) {
            moves += look(0.9, 0.5, 100, 4).size();
            moves += look(0.05, 0, 100, 41).size();
        }
        // an hour and a half with a burst every ninety seconds: up and down with each would be 120
        assertThat(moves).isBetween(1, 6);
        // and after a time of rest it comes down as ever
        look(0.05, 0, 100, 3 * 1800);
        assertThat(sizer.now()).isEqualTo(new Cpu(250));
    }

    @Test
    void memoryThatItHasKeepsItFromComingDown() {
        // half of 4 GiB is less than it has, so that one unit is too little for it
        assertThat(look(0, 0, 3000, 150)).isEmpty();
        assertThat(look(0, 0, 1500, 150)).containsExactly("2000m>1000m");
    }

    @Test
    void processesThatBeganAnewAreNoNegativeLoad() {
        look(1.0, 0, 100, 5);
        used = Duration.ZERO;
        assertThat(look(0.1, 0, 100, 3)).isEmpty();
        assertThat(sizer.used()).isBetween(0.09, 0.11);
    }

    /** So many looks, two seconds apart. */
    private List<String> look(double cores, double throttled, long mebi, int times) {
        List<String> moves = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            now = now.plusSeconds(2);
            used = used.plusNanos((long) (cores * 2e9));
            held = held.plusNanos((long) (throttled * 2e9));
            sizer.look(new Load(used, held, mebi * MEBI), now)
                    .ifPresent(move ->
                            moves.add(move.from().millis() + "m>" + move.to().millis() + "m"));
        }
        return moves;
    }
}
