package dev.holdfast.engines.postgres.copying;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.Filling.Amount;
import org.junit.jupiter.api.Test;

final class PostgresCopyingTest {
    @Test
    void progressIsReadFromWhatTheProgramSays() {
        assertThat(PostgresCopying.progress("  23456/123456 kB (19%), 0/1 tablespace"))
                .hasValue(new Amount(23_456L << 10, 123_456L << 10, "bytes"));
        assertThat(PostgresCopying.progress("45157/45157 kB (100%), 1/1 tablespace"))
                .hasValue(new Amount(45_157L << 10, 45_157L << 10, "bytes"));
        assertThat(PostgresCopying.progress("pg_basebackup: error: connection refused")).isEmpty();
        assertThat(PostgresCopying.progress("99999999999999999999/1 kB (")).isEmpty();
        assertThat(PostgresCopying.progress("")).isEmpty();
    }
}
