package dev.holdfast.reader;

import dev.holdfast.language.Default;
import dev.holdfast.language.Key;
import dev.holdfast.language.Range;
import dev.holdfast.language.Shorthand;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Embedded;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Mistakes of whoever writes a settings record: found when the record is first looked at, and named. */
final class ShapesTest {
    record Foreign(URI address) {}

    record ByNumber(Map<Integer, String> numbered) {}

    record Wordless(Embedded block) {}

    record Unlimited(@Range(least = "a while") Duration time) {}

    record Unreadable(@Default("[") String text) {}

    @Shorthand("nothing")
    record Headless(String folder) {}

    record Twice(String name, @Key("name") String other) {}

    record Renamed(@Key("default") @Default("5m") Duration fallback) {}

    @Test
    void aTypeThatAFileCannotHoldIsNamed() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new Shapes().of(Foreign.class))
                .withMessageContaining("java.net.URI");
        assertThatIllegalStateException().isThrownBy(() -> new Shapes().of(ByNumber.class));
        assertThatIllegalStateException().isThrownBy(() -> new Shapes().of(Wordless.class));
        assertThatIllegalStateException()
                .isThrownBy(() -> new Shapes().of(Unlimited.class))
                .withMessageContaining("a while");
        assertThatIllegalStateException()
                .isThrownBy(() -> new Shapes().of(Twice.class))
                .withMessageContaining("'name'");
        assertThatThrownBy(() -> new Shapes().of(Unreadable.class)).isInstanceOf(HoldfastException.class);
    }

    @Test
    void aBlockIsWrittenForAKeyItHas() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new Shapes().of(Headless.class))
                .withMessageContaining("'nothing'");
    }

    @Test
    void aKeyMayBeCalledOtherwiseThanItsComponent() {
        assertThat(new Shapes().of(Renamed.class).keys()).containsExactly("default");
    }

    @Test
    void aShapeIsWorkedOutOnce() {
        Shapes shapes = new Shapes();
        assertThat(shapes.of(Renamed.class)).isSameAs(shapes.of(Renamed.class));
    }
}
