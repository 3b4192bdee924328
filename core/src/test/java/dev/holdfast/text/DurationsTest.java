package dev.holdfast.text;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "200ms,200ms",
        "60s,1m",
        "90s,90s",
        "5m,5m",
        "24h,1d",
        "7d,7d",
        "0ms,0s",
        "1500ms,1500ms",
        "999999999d,999999999d"
    })
    void readsAndWritesTheShortestForm(String written, String shortest) {
        assertThat(Durations.parse(written).map(Durations::text)).contains(shortest);
        assertThat(written).matches(Durations.PATTERN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "5 m", "-5m", "5M", "1.5h", "5mm", "1h30m", "٥m", "1234567890s", "5\u0131"})
    void refusesEverythingElse(String written) {
        assertThat(Durations.parse(written)).isEmpty();
        assertThat(written).doesNotMatch(Durations.PATTERN);
    }
}
