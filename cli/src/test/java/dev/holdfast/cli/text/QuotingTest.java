package dev.holdfast.cli.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class QuotingTest {
    private static final List<String> HOSTILE = List.of(
            "",
            "plain",
            "it's",
            "a b",
            "$(id)",
            "`id`",
            "a\\b",
            "\"q\"",
            "line\nend",
            "türkçe İ",
            "*",
            "~",
            "-n",
            "a;b");

    @Test
    void aShellReadsBackExactlyWhatWasQuoted() throws IOException {
        for (String value : HOSTILE) {
            assertThat(shell("printf %s " + Quoting.shell(value))).isEqualTo(value);
        }
    }

    @Test
    void aDotenvFileThatAShellReadsGivesTheValueBack() throws IOException {
        for (String value : HOSTILE) {
            if (!value.contains("\n")) {
                assertThat(shell("X=" + Quoting.dotenv(value) + "; printf %s \"$X\""))
                        .isEqualTo(value);
            }
        }
        assertThat(Quoting.dotenv("line\nend")).isEqualTo("\"line\\nend\"");
    }

    @Test
    void whatIsHarmlessIsNotQuoted() {
        assertThat(Quoting.shell("postgres://app:x@127.0.0.1:5432/app"))
                .isEqualTo("postgres://app:x@127.0.0.1:5432/app");
    }

    @Test
    void anEscapeSequenceFromElsewhereDoesNotReachTheTerminal() {
        assertThat(Quoting.visible("a\u001b[2Jb\u009bc\rd")).isEqualTo("a\ufffd[2Jb\ufffdc\ufffdd");
        assertThat(Quoting.visible("tab\tand\nline")).isEqualTo("tab\tand\nline");
    }

    private static String shell(String script) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", script).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
