package dev.holdfast.proof;

import dev.holdfast.engines.Engines;
import dev.holdfast.reader.StackReference;
import dev.holdfast.reader.StackSchema;
import dev.holdfast.testing.Golden;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The generated pages are those of this build's engines; {@code -Dgolden.update} writes them anew. */
final class StackFileReferenceTest {
    private static final Path REFERENCE = Path.of("../docs/reference");

    @Test
    void thePageIsThatOfTheRecords() {
        Golden.check(REFERENCE.resolve("stack-file.md"), StackReference.markdown(Engines.register()));
    }

    @Test
    void theSchemaIsThatOfTheRecords() {
        Golden.check(REFERENCE.resolve("stack.schema.json"), StackSchema.json(Engines.register()) + "\n");
    }
}
