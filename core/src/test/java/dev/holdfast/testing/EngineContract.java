package dev.holdfast.testing;

import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Support;
import dev.holdfast.reader.StackReference;
import dev.holdfast.reader.StackSchema;
import dev.holdfast.text.Json;
import java.lang.reflect.RecordComponent;
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

    /** Building the schema and the page walks every record, every default and every example of the settings. */
    @Test
    void theStackFileCanHoldItsSettings() {
        Register register = new Register(List.of(engine()));
        assertThat(Json.parse(StackSchema.json(register))).isNotNull();
        assertThat(StackReference.markdown(register)).contains("## Engine " + engine().name());
    }

    @Test
    void itsKeysAreNotThoseOfEveryService() {
        assertThat(engine().settings().getRecordComponents())
                .extracting(RecordComponent::getName)
                .doesNotContain("engine", "version", "resources");
    }
}
