package dev.holdfast.daemon.stacks;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class DerivedTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Derived BRANCH = new Derived(
            "shop",
            "shop",
            new TreeSet<>(List.of("main")),
            "branched from shop",
            NOW,
            true,
            false,
            false,
            true,
            false,
            false,
            false,
            false,
            Optional.of(NOW));

    @Test
    void whatAParentHadBeforeAPromotionStaysAndIsNotMaskedUntilItIsReplaced() {
        Derived holding = BRANCH.holding("what shop held", NOW);

        assertThat(holding.kept()).isTrue();
        assertThat(holding.expires()).isEmpty();
        assertThat(holding.masks()).isFalse();
        // a reset brings data of the parent again, which is masked as it was asked for
        assertThat(holding.recutting(false).masks()).isTrue();
        assertThat(holding.recutting(false).recut(NOW).masks()).isTrue();
        // one that came to nothing leaves what was there
        assertThat(holding.recutting(false).spared()).isEqualTo(holding);
    }

    @Test
    void whatIsProtectedIsKeptWhenWhatItWasMadeForEnds() {
        assertThat(BRANCH.isLeftOver()).isTrue();
        assertThat(BRANCH.protectedFromNow(true).isLeftOver()).isFalse();
        assertThat(BRANCH.protectedFromNow(false).isLeftOver()).isTrue();
    }

    @Test
    void itIsReadAsItWasWritten() {
        for (Derived derived : List.of(
                BRANCH,
                BRANCH.recutting(true),
                BRANCH.exempted(),
                BRANCH.expiring(Optional.empty()),
                BRANCH.sleeping(Optional.of(Duration.ofMinutes(5))).recutting(true))) {
            assertThat(Derived.of(derived.json())).isEqualTo(derived);
        }
    }
}
