package dev.holdfast.reader;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What is no text, or too much of it: refused in one sentence and at bounded cost. */
final class BoundsTest {
    private static final String HEAD = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main: { engine: postgres }
            """;

    @TempDir
    private Path folder;

    static Stream<Arguments> characters() {
        return Stream.of(
                arguments("\uFEFF" + HEAD, "stack.yaml:1:1: a byte order mark stands here"),
                arguments(HEAD + "# \0", "stack.yaml:7:3: the character U+0000 is not text"),
                arguments(HEAD + "# \u001B[31m", "stack.yaml:7:3: the character U+001B is not text"),
                arguments(HEAD + "# \u2028", "stack.yaml:7:3: the character U+2028 is not text"),
                arguments(HEAD + "# \uD83D\uDE00 \uD800", "stack.yaml:7:5: the character U+D800 is not text"));
    }

    @ParameterizedTest
    @MethodSource
    void characters(String text, String expected) {
        assertThat(problems(text)).extracting(Problem::code).containsExactly(Code.HF1004);
        assertThat(problems(text).getFirst().toString()).startsWith(expected);
    }

    static Stream<Arguments> tooMuch() {
        return Stream.of(
                arguments("[".repeat(100_000), "the file holds values nested more than 50 levels deep"),
                arguments("- ".repeat(100_000), "the file holds values nested more than 50 levels deep"),
                arguments("a: {".repeat(60), "the file holds values nested more than 50 levels deep"),
                arguments(many(80_000, i -> "k" + i + ": 1\n"), "the file holds more than 150000 values"),
                arguments("# " + "x".repeat(1 << 20), "the file is larger than 1 MiB"),
                arguments(
                        HEAD + many(2_001, i -> "    s" + i + ": { engine: redis }\n"),
                        "the file holds 2002 services, and at most 2000 are read"),
                arguments(
                        HEAD + "  environments:\n" + many(33, i -> "    e" + i + ": {}\n"),
                        "the file holds 33 environments, and at most 32 are read"));
    }

    @ParameterizedTest
    @MethodSource
    void tooMuch(String text, String expected) {
        assertThat(problems(text)).extracting(Problem::code).containsExactly(Code.HF1006);
        assertThat(problems(text).getFirst().cause()).isEqualTo(expected);
    }

    @Test
    void moreThanFiveHundredProblemsAreNotListed() {
        List<Problem> problems = problems(HEAD + many(1_000, i -> "k" + i + ": 1\n"));
        assertThat(problems).hasSize(501);
        assertThat(problems.getLast().code()).isEqualTo(Code.HF1019);
    }

    @Test
    void bytesThatAreNotUtf8AreShownWhereTheyStand() {
        byte[] bytes = (HEAD + "# caf\u00E9").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(catchThrowableOfType(
                                HoldfastException.class,
                                () -> Fakes.reader().read("stack.yaml", bytes, Optional.empty()))
                        .getMessage())
                .isEqualTo("""
                stack.yaml:7:6: the file is not UTF-8 from here on [HF1004]
                  fix: Save it as UTF-8.""");
    }

    @Test
    void aFileOrTheStackYamlOfAFolderIsRead() throws IOException {
        Path file = Files.writeString(folder.resolve("stack.yaml"), HEAD);
        assertThat(Fakes.reader().read(folder, Optional.empty()).name()).isEqualTo("shop");
        assertThat(Fakes.reader()
                        .read(file, Optional.empty())
                        .services()
                        .get("main")
                        .positions()
                        .start()
                        .source())
                .isEqualTo(file.toString());
    }

    @Test
    void aFileThatIsNotThereIsSaidToBeSo() {
        Path missing = folder.resolve("nowhere.yaml");
        HoldfastException refused = catchThrowableOfType(
                HoldfastException.class, () -> Fakes.reader().read(missing, Optional.empty()));
        assertThat(refused.problems()).extracting(Problem::code).containsExactly(Code.HF1018);
    }

    @Test
    void anEnvironmentThatIsNotThereIsRefusedWithThoseThatAre() {
        String text = HEAD + "  environments: { dev: {}, production: {} }\n";
        assertThat(catchThrowableOfType(HoldfastException.class, () -> StackReaderTest.read(text, Optional.of("prod")))
                        .getMessage())
                .isEqualTo("""
                stack.yaml:7:3: the stack has no environment 'prod' [HF1107]
                  fix: Name one of: dev, production.""");
        assertThat(catchThrowableOfType(HoldfastException.class, () -> StackReaderTest.read(HEAD, Optional.of("dev")))
                        .getMessage())
                .isEqualTo("""
                stack.yaml:5:3: the stack has no environment 'dev' [HF1107]
                  fix: It declares none; leave --env away.""");
    }

    private static String many(int count, IntFunction<String> line) {
        return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining());
    }

    private static List<Problem> problems(String text) {
        return catchThrowableOfType(HoldfastException.class, () -> StackReaderTest.read(text, Optional.empty()))
                .problems();
    }
}
