package dev.holdfast.cli.text;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

final class AmountsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "10239, 9.9 KiB",
        "10240, 10 KiB",
        "52428800, 50 MiB",
        "9223372036854775807, 7.9 EiB"
    })
    void bytesHaveThreeDigits(long count, String text) {
        assertThat(Amounts.bytes(count)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 ms", "999, 999 ms", "1000, 1.0 s", "2417, 2.4 s", "60000, 1 min 0 s", "7800000, 2 h 10 min"})
    void durationsAreSaidAsAPersonWould(long millis, String text) {
        assertThat(Amounts.duration(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Test
    void oneIsNotMany() {
        assertThat(Amounts.count(1, "change")).isEqualTo("1 change");
        assertThat(Amounts.count(0, "change")).isEqualTo("0 changes");
    }
}
