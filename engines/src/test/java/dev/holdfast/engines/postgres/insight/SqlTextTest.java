package dev.holdfast.engines.postgres.insight;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class SqlTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "SELECT 1;",
                "SELECT 1; ; \n",
                "SELECT ';'",
                "SELECT 'it''s; fine'",
                "SELECT E'a\\';b'",
                "SELECT \"a;b\"",
                "SELECT $$;$$, $tag$ $$ ; $tag$",
                "SELECT a$b$c, d FROM e",
                "SELECT 1 -- ; DROP",
                "SELECT 1 /* ; /* ; */ ; */",
                "/* ; */ SELECT 1;"
            })
    void oneStatementIsOneWhateverIsQuotedInIt(String text) {
        assertThat(SqlText.of(text).isSingle()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1; SELECT 2",
                "SELECT 1;DROP TABLE a;",
                "SELECT '\\'; DROP TABLE a --'",
                "SELECT 1 -- a\n; DROP TABLE a",
                "SELECT 1 /* */; DROP TABLE a /* */",
                "SELECT a$b$; DROP TABLE a; SELECT a$b$",
                "SELECT 'open",
                "SELECT 1 /* open",
                "SELECT $x$ open $y$",
                "SELECT \"open"
            })
    void severalAreSeveralAndAnOpenEndIsNoStatement(String text) {
        assertThat(SqlText.of(text).isSingle()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT $1", "SELECT * FROM a WHERE b=$12;"})
    void parametersAreSeen(String text) {
        assertThat(SqlText.of(text).hasParameters()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT '$1'", "SELECT $$ $1 $$", "SELECT a$1 FROM b", "SELECT 1 -- $1"})
    void whatOnlyLooksLikeAParameterIsNone(String text) {
        assertThat(SqlText.of(text).hasParameters()).isFalse();
    }
}
