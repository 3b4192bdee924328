package dev.holdfast.proof;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.holdfast.engines.PostgresUrl;
import dev.holdfast.engines.PostgresUrl.Read;
import dev.holdfast.engines.PostgresUrl.Remark;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever text it is given, the reader of addresses answers, with a reason wherever it refuses. {@code JAZZER_FUZZ=1}
 * searches with coverage; a normal run repeats the inputs that were found.
 */
@Tag("fuzz")
final class PostgresUrlFuzzTest {
    private static final String[] PIECES = {
        "postgresql://",
        "postgres:",
        "jdbc:",
        "psql ",
        "'",
        "\"",
        "host=",
        "user=",
        " ",
        "@",
        ":",
        "/",
        "?",
        "#",
        "%",
        "%4",
        "%40",
        "%00",
        "%C3",
        "[",
        "]",
        "::1",
        ",",
        "&",
        "=",
        "sslmode=",
        "ü",
        "\uD83D",
        "\uDE00",
        "\0",
        "\n",
        "$",
        "{",
        "}",
        "5432",
        "99999",
        "host",
        "+psycopg2",
        "//",
        "DATABASE_URL=",
        "\\"
    };

    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] bytes) {
        look(new String(bytes, StandardCharsets.UTF_8));
    }

    /** What addresses are made of, put together by chance. */
    @Test
    void anyPieces() {
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int pieces = random.nextInt(12); pieces > 0; pieces--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            look(text.toString());
        }
    }

    private static void look(String text) {
        Read read = PostgresUrl.read(text);
        for (Remark remark : read.remarks()) {
            if (remark.cause().isBlank() || remark.remedy().isBlank()) {
                throw new AssertionError("not a whole remark: " + remark);
            }
        }
        switch (read) {
            case Read.Refused(var remarks) -> {
                if (remarks.stream().noneMatch(Remark::bad)) {
                    throw new AssertionError("refused without a reason: " + text);
                }
            }
            case Read.Understood(PostgresUrl url, var _) -> {
                if (url.address().host().isBlank()
                        || url.address().port() < 1
                        || url.address().port() > 65_535) {
                    throw new AssertionError("no address: " + url.shown());
                }
            }
        }
    }
}
