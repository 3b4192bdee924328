package dev.holdfast.testing;

import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Support;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What every engine owes. An engine's test class extends this and adds only what is its own. */
public abstract class EngineContract {
    protected abstract Engine<?> engine();

    @Test
    void nameIsTheKeyUsedInTheStackFile() {
        assertThat(engine().name()).matches("[a-z][a-z0-9]*");
    }

    @Test
    void namesAtLeastOneVersion() {
        assertThat(engine().versions()).isNotEmpty();
    }

    @Test
    void aFacetThatIsNotOfferedSaysWhyAndWhatToDoInstead() {
        for (Support<?> facet : List.of(
                engine().access(),
                engine().schema(),
                engine().protection(),
                engine().observation(),
                engine().sizing())) {
            if (facet instanceof Support.NotOffered<?>(String because, String instead)) {
                assertThat(because).isNotBlank().doesNotEndWith(".");
                assertThat(instead).endsWith(".");
            }
        }
    }
}
