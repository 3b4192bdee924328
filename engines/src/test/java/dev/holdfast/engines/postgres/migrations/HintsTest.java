package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.engine.Migrations.Hint;
import dev.holdfast.engines.postgres.MigrationsSpec.Forbidden;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the words of a file make one expect. */
final class HintsTest {
    private static final Hints HINTS = Hints.known();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE INDEX i ON t (a)|block-writes",
                "create unique index if not exists i on only s.t (a)|block-writes",
                "DROP INDEX i|block-reads",
                "REINDEX TABLE t|block-writes",
                "ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid()|rewrite",
                "ALTER TABLE t ADD a bigserial|rewrite",
                "ALTER TABLE t ALTER COLUMN a TYPE bigint|rewrite",
                "ALTER TABLE t SET UNLOGGED|rewrite",
                "VACUUM (FULL) t|rewrite",
                "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (id)|block-writes",
                "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)|block-reads",
                "ALTER TABLE t ALTER a SET NOT NULL|block-reads",
                "ALTER TABLE t ADD PRIMARY KEY (a)|block-reads",
                "ALTER TABLE t DETACH PARTITION p|block-reads",
                "REFRESH MATERIALIZED VIEW v|block-reads",
                "LOCK TABLE t|block-reads",
                "DROP TABLE t|drop",
                "ALTER TABLE t DROP COLUMN a|drop",
                "ALTER TABLE t DROP a, ADD b int|drop",
                "TRUNCATE t|drop",
                "DELETE FROM t|drop",
                "UPDATE t SET a = 1|every-row",
                "ALTER TABLE t RENAME COLUMN a TO b|rename",
                "CREATE EXTENSION vector|extension",
                "BEGIN|transaction"
            })
    void aWordThatAlarmsIsTold(String sql, String rule) {
        assertThat(hints(sql)).extracting(Hint::rule).containsExactly(rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE INDEX CONCURRENTLY i ON t (a)",
                "DROP INDEX CONCURRENTLY i",
                "ALTER TABLE t ADD COLUMN a timestamptz NOT NULL DEFAULT now()",
                "ALTER TABLE t ADD COLUMN a text DEFAULT 'random()'",
                "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
                "ALTER TABLE t VALIDATE CONSTRAINT c",
                "ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i",
                "ALTER TABLE t ALTER a DROP NOT NULL",
                "ALTER TABLE t DROP CONSTRAINT c",
                "DELETE FROM t WHERE a = 1",
                "COMMENT ON TABLE t IS 'DROP TABLE t'",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP TABLE t'",
                "DROP VIEW v"
            })
    void whatIsHarmlessIsNotTold(String sql) {
        assertThat(hints(sql)).isEmpty();
    }

    @Test
    void aTableOfTheSameFileHoldsNothingYet() {
        assertThat(hints("CREATE TABLE t (a int); CREATE INDEX i ON public.t (a); ALTER TABLE t ADD PRIMARY KEY (a);"))
                .isEmpty();
        assertThat(hints("CREATE TABLE t (a int); CREATE INDEX i ON u (a);")).hasSize(1);
    }

    @Test
    void whatIsForbiddenAndWhatDoesNotGoTogetherIsMarked() {
        assertThat(HINTS.of(file("DROP TABLE t"), List.of(Forbidden.DROP)))
                .singleElement()
                .satisfies(hint -> assertThat(hint.forbidden()).isTrue());
        assertThat(hints("SELECT 1;\nCREATE INDEX CONCURRENTLY i ON t (a)"))
                .singleElement()
                .satisfies(hint -> {
                    assertThat(hint.rule()).isEqualTo("mixed");
                    assertThat(hint.line()).isEqualTo(2);
                });
    }

    private static List<Hint> hints(String sql) {
        return HINTS.of(file(sql), List.of());
    }

    private static MigrationFile file(String sql) {
        return new MigrationFile(
                Path.of("V1__x.sql"), "V1__x.sql", MigrationVersion.parse("1"), "x", sql, Optional.empty());
    }
}
