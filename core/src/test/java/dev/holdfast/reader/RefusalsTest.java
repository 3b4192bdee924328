package dev.holdfast.reader;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The table of bad files in {@code refusals.md}, each with its exact answer. */
final class RefusalsTest {
    private static final Path TABLE = Path.of("src/test/resources/dev/holdfast/reader/refusals.md");
    private static final Pattern CASE = Pattern.compile("(?s)(```yaml\n)(.*?)(```\n```text\n)(.*?)(```\n)");

    @Test
    void everyBadFileGetsItsAnswer() throws IOException {
        String actual = CASE.matcher(Files.readString(TABLE))
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1) + found.group(2) + found.group(3) + answer(found.group(2)) + found.group(5)));
        Golden.check(TABLE, actual);
    }

    @Test
    void everyRefusalThatAFileAloneCanCauseIsInTheTable() throws IOException {
        assertThat(Pattern.compile("\\[(HF[0-9]{4})]")
                        .matcher(Files.readString(TABLE))
                        .results())
                .extracting(found -> Code.valueOf(found.group(1)))
                .containsOnly(
                        Code.HF1001,
                        Code.HF1002,
                        Code.HF1003,
                        Code.HF1005,
                        Code.HF1007,
                        Code.HF1008,
                        Code.HF1009,
                        Code.HF1010,
                        Code.HF1011,
                        Code.HF1012,
                        Code.HF1013,
                        Code.HF1014,
                        Code.HF1015,
                        Code.HF1016,
                        Code.HF1017,
                        Code.HF1101,
                        Code.HF1102,
                        Code.HF1103,
                        Code.HF1104,
                        Code.HF1105,
                        Code.HF1106,
                        Code.HF1108,
                        Code.HF2002,
                        Code.HF2003,
                        Code.HF3251);
    }

    private static String answer(String text) {
        try {
            Fakes.reader().read("stack.yaml", text, Optional.empty());
            return "nothing is wrong\n";
        } catch (HoldfastException e) {
            return e.getMessage() + "\n";
        }
    }
}
