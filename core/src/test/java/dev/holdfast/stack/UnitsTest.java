package dev.holdfast.stack;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class UnitsTest {

    @ParameterizedTest
    @CsvSource({"2Gi,2Gi", "1024Mi,1Gi", "1536Mi,1536Mi", "0B,0B", "1Ti,1024Gi", "100B,100B", "2Ki,2Ki"})
    void amountsReadAndWriteExactly(String written, String shortest) {
        assertThat(Bytes.parse(written).map(Bytes::toString)).contains(shortest);
        assertThat(written).matches(Bytes.PATTERN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "Gi", "2G", "2GB", "2gi", "1.5Gi", "-2Gi", "2 Gi", "1234567890Gi", "2GI", "٢Gi"})
    void whatIsNoAmountIsRefused(String written) {
        assertThat(Bytes.parse(written)).isEmpty();
        assertThat(written).doesNotMatch(Bytes.PATTERN);
    }

    @ParameterizedTest
    @CsvSource({"1,1000", "0.5,500", "0.25,250", "0.125,125", "250m,250", "16,16000", "1.05,1050"})
    void coresAreThousandths(String written, long millis) {
        assertThat(Cpu.parse(written)).contains(new Cpu(millis));
        assertThat(written).matches(Cpu.PATTERN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "-1", "1.", ".5", "1e3", "1.2345", "0.5m", "123456", "1 core"})
    void whatAreNoCoresIsRefused(String written) {
        assertThat(Cpu.parse(written)).isEmpty();
        assertThat(written).doesNotMatch(Cpu.PATTERN);
    }

    @ParameterizedTest
    @CsvSource({"objects/backups", "cache/vector_ingest", "main/neuroedge.vectors_base", "cache/jobs:high"})
    void referencesReadAndWriteExactly(String written) {
        assertThat(Reference.parse(written).map(Reference::toString)).contains(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/a", "a/", "a/b/c", "../a", "a/..", "A/b", "a/b c", "a/b\n", "a /b"})
    void whatIsNoReferenceIsRefused(String written) {
        assertThat(Reference.parse(written)).isEmpty();
    }
}
