package dev.holdfast.stack;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class CronTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 2 * * *       | 2026-11-20T01:59:59Z | 2026-11-20T02:00:00Z",
                "0 2 * * *       | 2026-11-20T02:00:00Z | 2026-11-21T02:00:00Z",
                "0 */6 * * *     | 2026-11-20T12:00:01Z | 2026-11-20T18:00:00Z",
                "*/20 * * * *    | 2026-12-31T23:41:00Z | 2027-01-01T00:00:00Z",
                "5,35 8-17 * * mon-fri | 2026-11-20T17:36:00Z | 2026-11-23T08:05:00Z",
                "0 0 * * 7       | 2026-11-20T00:00:00Z | 2026-11-22T00:00:00Z",
                "0 0 29 feb *    | 2026-11-20T00:00:00Z | 2028-02-29T00:00:00Z",
                "0 0 13 * fri    | 2026-11-20T00:00:00Z | 2026-11-27T00:00:00Z",
                "30 3 1 1,7 *    | 2026-11-20T00:00:00Z | 2027-01-01T03:30:00Z",
            })
    void nextIsTheFirstMomentAfter(String text, String after, String next) {
        assertThat(Cron.read(text.strip()))
                .isInstanceOfSatisfying(
                        Cron.Read.Understood.class,
                        read -> assertThat(read.cron().next(Instant.parse(after.strip())))
                                .hasValue(Instant.parse(next.strip())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0 2 * *",
                "0 2 * * * *",
                "60 2 * * *",
                "0 24 * * *",
                "0 2 0 * *",
                "0 2 30 feb *",
                "0 2 * 13 *",
                "0 2 * * 8",
                "*/0 2 * * *",
                "5-1 2 * * *",
                "a 2 * * *",
                "1-2-3 2 * * *",
                "1/2/3 2 * * *",
                "-1 2 * * *",
                "@daily"
            })
    void whatIsNoTimeIsRefusedWithAReason(String text) {
        assertThat(Cron.read(text))
                .isInstanceOfSatisfying(
                        Cron.Read.Refused.class,
                        refused -> assertThat(refused.because()).matches("[a-z].*[^.]"));
    }

    @Test
    void isWrittenAsItWasRead() {
        assertThat(Cron.read(" 0 2 * * * "))
                .isInstanceOfSatisfying(
                        Cron.Read.Understood.class,
                        read -> assertThat(read.cron()).hasToString("0 2 * * *"));
    }
}
