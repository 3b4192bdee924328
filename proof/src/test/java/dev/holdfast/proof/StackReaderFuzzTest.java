package dev.holdfast.proof;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.holdfast.engines.Engines;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.reader.StackReader;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/**
 * Whatever bytes it is given, the reader answers with a stack or with problems that say where, why and what to do. {@code
 * JAZZER_FUZZ=1} searches with coverage; a normal run repeats the inputs that were found.
 */
@Tag("fuzz")
final class StackReaderFuzzTest {
    private final StackReader reader = new StackReader(Engines.register());

    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] bytes) {
        try {
            reader.read("fuzz.yaml", bytes, Optional.empty());
        } catch (HoldfastException e) {
            for (Problem problem : e.problems()) {
                if (problem.position().isEmpty()
                        || problem.cause().isBlank()
                        || problem.remedy().isBlank()) {
                    throw new AssertionError("not a whole problem: " + problem);
                }
            }
        }
    }
}
