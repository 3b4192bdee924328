package dev.holdfast.engines;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class ExternalPostgresTest {
    @Test
    void aMachineWithoutTrustedAuthoritiesIsToldWhatItLacks() {
        assertThatThrownBy(() -> ExternalPostgres.systemAuthorities(List.of("/nowhere/a", "/nowhere/b")))
                .isInstanceOfSatisfying(HoldfastException.class, refused -> assertThat(
                                refused.problems().getFirst().code())
                        .isEqualTo(Code.HF3543))
                .hasMessageContaining("/nowhere/a, /nowhere/b");
    }
}
