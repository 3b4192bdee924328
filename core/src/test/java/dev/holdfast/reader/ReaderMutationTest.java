package dev.holdfast.reader;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/** Good and bad files with seeded mutations: a few thousand inputs in every run, the same ones each time. */
final class ReaderMutationTest {
    private static final List<String> WORDS = List.of(
            "{",
            "}",
            "[",
            "]",
            ": ",
            ", ",
            "\n",
            "\t",
            "- ",
            "? ",
            "&a ",
            "*a",
            "<<: *a",
            "!!java.lang.Runtime ",
            "---\n",
            "...\n",
            "|\n",
            ">-\n",
            "\"",
            "'",
            "#",
            "%YAML 1.1\n",
            "\0",
            "\uFEFF",
            "\u202E",
            "null",
            "~",
            "true",
            "1",
            "-1",
            "1e9",
            "0x1",
            "2Gi",
            "5m",
            "objects/backups",
            "../",
            "environments",
            "services",
            "engine: postgres",
            "İ",
            "ı",
            "\uD800",
            "99999999999999999999",
            "\u2028",
            "\u0085",
            "  ",
            "                ",
            "[[[[[[[[[[[[[[[[[[[[[[",
            "{{{{{{");

    private final StackReader reader = Fakes.reader();

    @Test
    void seededMutationsOfGoodFiles() throws IOException {
        List<byte[]> seeds = new ArrayList<>(List.of(StackReaderTest.WHOLE.getBytes(StandardCharsets.UTF_8)));
        try (InputStream table = ReaderMutationTest.class.getResourceAsStream("refusals.md")) {
            String text = new String(table.readAllBytes(), StandardCharsets.UTF_8);
            Pattern.compile("(?s)```yaml\n(.*?)```\n")
                    .matcher(text)
                    .results()
                    .forEach(found -> seeds.add(found.group(1).getBytes(StandardCharsets.UTF_8)));
        }
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20_261_120L);
        assertTimeoutPreemptively(Duration.ofMinutes(2), () -> {
            for (int i = 0; i < 4_000; i++) {
                AnyInput.answers(reader, mutated(seeds.get(random.nextInt(seeds.size())), random));
            }
        });
    }

    private static byte[] mutated(byte[] seed, RandomGenerator random) {
        byte[] bytes = seed;
        for (int times = 1 + random.nextInt(6); times > 0; times--) {
            int at = random.nextInt(bytes.length + 1);
            int length = Math.min(random.nextInt(20), bytes.length - at);
            bytes = switch (random.nextInt(4)) {
                case 0 -> spliced(bytes, at, length, new byte[0]);
                case 1 -> spliced(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length));
                case 2 -> spliced(bytes, at, 0, new byte[] {(byte) random.nextInt(256)});
                default ->
                    spliced(
                            bytes,
                            at,
                            random.nextBoolean() ? length : 0,
                            WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8));
            };
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int at, int without, byte[] with) {
        byte[] result = new byte[bytes.length - without + with.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(with, 0, result, at, with.length);
        System.arraycopy(bytes, at + without, result, at + with.length, bytes.length - at - without);
        return result;
    }
}
