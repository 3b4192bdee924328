package dev.holdfast.engines.postgres.protection;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What pgBackRest 2.55 says, and what a person is told. */
final class RefusalTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ERROR: [049]: unable to connect to 'localhost:9443 (127.0.0.1)': [111] Connection refused | HF3620",
                "ERROR: [095]: unable to verify certificate presented by 'localhost:9443 (127.0.0.1)': [19] self-signed | HF3620",
                "ERROR: [039]: HTTP request failed with 403 (Forbidden): ‖ <Code>SignatureDoesNotMatch</Code> | HF3621",
                "ERROR: [039]: HTTP request failed with 403 (Forbidden): ‖ <Code>InvalidAccessKeyId</Code> | HF3621",
                "ERROR: [039]: HTTP request failed with 403: ‖ <Code>RequestTimeTooSkewed</Code> | HF3635",
                "ERROR: [039]: HTTP request failed with 404 (Not Found): ‖ <Code>NoSuchBucket</Code> | HF3622",
                "ERROR: [104]: archive-push command encountered error(s): ‖ repo1: [ServiceError] [500] Server Error | HF3642",
                "ERROR: [039]: HTTP request failed with 507 (Insufficient Storage) | HF3642",
                "ERROR: [095]: unable to flush decrypt | HF3623",
                "ERROR: [028]: backup and archive info files exist but do not match the database | HF3624",
                "ERROR: [051]: PostgreSQL version 17, system-id 1 do not match stanza version 17, system-id 2 | HF3624",
                "ERROR: [082]: WAL segment 000000010000000000000009 was not archived before the 60000ms timeout | HF3634",
                "ERROR: [075]: backup set 20200101-000000F is not valid | HF3626",
                "ERROR: [041]: unable to write: [28] No space left on device | HF3629",
                "ERROR: [056]: unable to connect to 'dbname=postgres port=5432': refused | HF3625",
                "sh: something else | HF3625",
            })
    void everyFailureHasACauseAndARemedy(String said, Code code) {
        Problem problem = Refusal.of("main", "backup", 1, said.replace(" ‖ ", "\n"));

        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.cause()).contains("main").doesNotEndWith(".");
        assertThat(problem.remedy()).matches("(?s)[A-Z].*[.]");
    }

    @Test
    void whatItSaysNextIsNoPartOfAnError() {
        Problem problem = Refusal.of(
                "main",
                "backup",
                101,
                "P00  ERROR: [101]: NULL result required to complete request\nHINT: look\nP00 DETAIL: statistics: {}\nP00   INFO: backup command end: aborted");

        assertThat(problem.cause()).endsWith("NULL result required to complete request ‖ HINT: look");
    }

    @Test
    void nothingThatSignsARequestIsToldAgain() {
        Problem problem = Refusal.of(
                "main", "backup", 1, "ERROR: [039]: failed\nauthorization: AWS4-secretsecret\nx-amz-date: 20261120");

        assertThat(problem.cause()).doesNotContain("secretsecret");
    }

    @Test
    void aKeyThatLacksSomethingIsRefused() {
        TreeMap<String, Redacted> parts = new TreeMap<>();
        parts.put("stanza", new Redacted("main"));

        assertThatThrownBy(() -> Repository.of(parts))
                .isInstanceOfSatisfying(
                        HoldfastException.class,
                        refusal ->
                                assertThat(refusal.problems().getFirst().code()).isEqualTo(Code.HF3636));
    }

    @Test
    void aKeySaysAllThatItWasMadeOf() {
        TreeMap<String, Redacted> parts = new TreeMap<>();
        List.of("stanza", "path", "host", "region", "bucket", "account", "password", "cipher", "authority")
                .forEach(name -> parts.put(name, new Redacted("the " + name)));
        parts.put("port", new Redacted("9443"));

        assertThat(Repository.of(parts).parts()).isEqualTo(parts);
        assertThat(Repository.of(parts).environment(2, "/tmp/ca.crt"))
                .containsEntry("PGBACKREST_REPO1_S3_KEY_SECRET", new Redacted("the password"))
                .containsEntry("PGBACKREST_REPO1_CIPHER_PASS", new Redacted("the cipher"));
        assertThat(Repository.of(parts).toString())
                .doesNotContain("the password")
                .doesNotContain("the cipher");
    }

    @ParameterizedTest
    @CsvSource({"a.b.c.d", "other.public.t", "''", "app..t"})
    void aTableThatCannotBeMeantIsRefused(String table) {
        assertThatThrownBy(() -> Tables.Name.of(table, new TreeSet<>(List.of("app"))))
                .isInstanceOfSatisfying(
                        HoldfastException.class,
                        refusal ->
                                assertThat(refusal.problems().getFirst().code()).isEqualTo(Code.HF3638));
    }

    @Test
    void aTableIsNamedInShortWhereThatIsClear() {
        assertThat(Tables.Name.of("t", new TreeSet<>(List.of("app")))).isEqualTo(new Tables.Name("app", "public", "t"));
        assertThat(Tables.Name.of("s.t", new TreeSet<>(List.of("app")))).isEqualTo(new Tables.Name("app", "s", "t"));
        assertThat(Tables.Name.of("b.s.t", new TreeSet<>(List.of("app", "b"))))
                .isEqualTo(new Tables.Name("b", "s", "t"));
    }

    @Test
    void damageIsNamedByItsFile() {
        var verdict = Examination.of(
                List.of(
                        "P00   INFO: verify command begin 2.55.1",
                        "P01   INFO: invalid checksum '20261120-133554F/pg_data/base/5/1259'",
                        "              backup: 20261120-133554F, status: invalid, total files checked: 1264, total valid files: 1263"));

        assertThat(verdict.faults())
                .contains(
                        "invalid checksum '20261120-133554F/pg_data/base/5/1259'",
                        "backup 20261120-133554F is invalid");
    }

    @Test
    void whatWasNotExaminedIsNotSound() {
        assertThat(Examination.of(List.of("ERROR: [028]: 'x' is not a valid backup label", "ended with 28"))
                        .faults())
                .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .contains("ended with 28")
                .contains("not a valid backup label");
        assertThat(Examination.of(List.of()).faults()).isNotEmpty();
        assertThat(Examination.of(
                                List.of(
                                        "              backup: 20261120-133554F, status: valid, total files checked: 3, total valid files: 3"))
                        .faults())
                .isEmpty();
    }

    @Test
    void aLedgerIsReadAsItWasWrittenAndComparesRows() {
        Ledger.Table table =
                new Ledger.Table("app", "public", "t", java.util.Optional.of(5L), 100, java.util.Optional.empty());
        Ledger ledger = new Ledger(
                java.time.Instant.parse("2026-11-20T10:00:00Z"),
                "0/3000100",
                true,
                List.of("app/vector 0.8.0"),
                List.of(table));
        Ledger other = new Ledger(ledger.taken(), ledger.position(), true, List.of(), List.of(table.with(4)));

        assertThat(Ledger.of(List.of("noise", ledger.json()))).hasValue(ledger);
        assertThat(ledger.differences(other)).containsExactly("table app.public.t has 4 rows instead of 5");
        assertThat(ledger.differences(new Ledger(ledger.taken(), "0/1", true, List.of(), List.of())))
                .containsExactly("table app.public.t is not in the copy");
        assertThat(Ledger.of(List.of("{\"taken\":\"x\"}"))).isEmpty();
        // in a copy nobody drops or locks anything
        assertThat(ledger.differences(new Ledger(
                        ledger.taken(), "0/1", true, List.of(), List.of(table.without("could not open file")))))
                .containsExactly("table app.public.t cannot be read in the copy: could not open file");
    }
}
