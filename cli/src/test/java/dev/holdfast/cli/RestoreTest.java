package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is refused before the daemon is asked. */
final class RestoreTest extends CommandLineTest {
    @Test
    void whatAKeyAloneCannotDoIsRefusedAndNothingIsRestored() {
        for (List<String> option : List.of(List.of("--dry-run"), List.of("--table", "items"))) {
            Run run = run(words(option));

            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err())
                    .contains("HF3301")
                    .contains(option.getFirst() + " is only for a stack that is up here");
        }
    }

    private static String[] words(List<String> option) {
        List<String> words = new ArrayList<>(List.of("restore", "--from", "main.key"));
        words.addAll(option);
        return words.toArray(new String[0]);
    }
}
