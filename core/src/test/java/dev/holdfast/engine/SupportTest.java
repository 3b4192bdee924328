package dev.holdfast.engine;

import dev.holdfast.problem.HoldfastException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class SupportTest {
    @Test
    void whatIsOfferedIsHandedOver() {
        assertThat(Support.offered("facet").orRefuse()).isEqualTo("facet");
    }

    @Test
    void whatIsNotOfferedIsRefusedWithTheEnginesOwnReason() {
        Support<String> none = Support.notOffered("a pooler holds no databases of its own", "Declare them elsewhere.");
        assertThatThrownBy(none::orRefuse).isInstanceOf(HoldfastException.class).hasMessage("""
                        a pooler holds no databases of its own [HF2001]
                          fix: Declare them elsewhere.""");
    }
}
