package dev.holdfast.reader;

import dev.holdfast.problem.HoldfastException;
import dev.holdfast.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

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

    private static String answer(String text) {
        try {
            Fakes.reader().read("stack.yaml", text, Optional.empty());
            return "nothing is wrong\n";
        } catch (HoldfastException e) {
            return e.getMessage() + "\n";
        }
    }
}
