package dev.holdfast.text;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

final class NearestTest {
    private static final List<String> WORDS = List.of("postgres", "redis", "s3", "prometheus", "resources", "version");

    @ParameterizedTest
    @CsvSource({
        "postgre,postgres",
        "postgers,postgres",
        "REDIS,redis",
        "redsi,redis",
        "ersources,resources",
        "versions,version",
        "VERSION,version",
        "s4,s3"
    })
    void findsWhatWasMeant(String slip, String meant) {
        assertThat(Nearest.to(slip, WORDS)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"oracle", "mysql", "x", "''", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void staysSilentWhereNothingIsNear(String word) {
        assertThat(Nearest.to(word, WORDS)).isEmpty();
    }

    @Test
    void aSwapOfNeighboursIsOneSlip() {
        assertThat(Nearest.distance("abcd", "abdc")).isEqualTo(1);
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
        assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    }
}
