package dev.holdfast.reader;

import dev.holdfast.testing.Golden;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class StackReferenceTest {

    @Test
    void everyKeyOfEveryRecordIsOnThePage() {
        Golden.check(
                Path.of("src/test/resources/dev/holdfast/reader/reference.md"),
                StackReference.markdown(Fakes.register()));
    }
}
