package dev.holdfast.cli.text;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class MomentsTest {
    private final Moments moments =
            new Moments(Instant.parse("2026-11-20T17:48:38Z"), ZoneId.of("America/Bahia_Banderas"));

    @Test
    void todayHasNoDate() {
        assertThat(moments.time(Instant.parse("2026-11-20T16:05:07.123456Z"))).isEqualTo("10:05:07");
    }

    @Test
    void anotherDayHas() {
        assertThat(moments.time(Instant.parse("2026-11-20T05:59:59Z"))).isEqualTo("2026-11-19 23:59:59");
    }

    @Test
    void howLongAgoIsSaidInOneUnit() {
        assertThat(moments.ago(Instant.parse("2026-11-20T17:48:37Z"))).isEqualTo("just now");
        assertThat(moments.ago(Instant.parse("2026-11-20T17:49:38Z"))).isEqualTo("just now");
        assertThat(moments.ago(Instant.parse("2026-11-20T17:47:38Z"))).isEqualTo("60 s ago");
        assertThat(moments.ago(Instant.parse("2026-11-20T17:45:38Z"))).isEqualTo("3 min ago");
        assertThat(moments.ago(Instant.parse("2026-11-20T13:48:38Z"))).isEqualTo("4 h ago");
        assertThat(moments.ago(Instant.parse("2026-11-10T13:48:38Z"))).isEqualTo("10 days ago");
    }
}
