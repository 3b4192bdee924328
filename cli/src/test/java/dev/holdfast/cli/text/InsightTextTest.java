package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class InsightTextTest {
    @Test
    void aReportIsATableWithTheRemediesBelow() {
        assertThat(new InsightText(Paint.PLAIN).lines(Json.parse("""
                        {"service":"main","report":"indexes",
                         "columns":[{"name":"kind","unit":"text"},{"name":"size","unit":"bytes"},{"name":"scans","unit":"count"}],
                         "rows":[{"severity":"advice","where":"app","values":{"kind":"duplicate","size":2048,"scans":null},
                           "findings":[{"severity":"advice","subject":"index a","because":"is the same as b","remedy":"Drop it.",
                             "statements":[{"where":"app","text":"DROP INDEX CONCURRENTLY a"}]}]},
                           {"severity":"fine","where":"app","values":{"kind":"\\u001b[31m","size":0,"scans":null},"findings":[]}],
                         "notes":["Seen today."]}""")))
                .containsExactly(
                        "   kind       size",
                        "·  duplicate  2.0 KiB",
                        "   \ufffd[31m      0 B",
                        "",
                        "· advice index a is the same as b",
                        "  fix: Drop it.",
                        "    app=> DROP INDEX CONCURRENTLY a;",
                        "note: Seen today.");
    }

    @Test
    void theFindingsOfAllReportsSayWhereTheyComeFrom() {
        assertThat(new InsightText(Paint.PLAIN).lines(Json.parse("""
                        {"service":"main","critical":1,"warning":0,"advice":0,"findings":[{"severity":"critical","subject":"session 7",
                         "because":"waits","remedy":"End it.","statements":[],"report":"locks","where":"app"}],"notes":[]}""")))
                .containsExactly(
                        "main: 1 critical finding, 0 warnings, 0 that could be better",
                        "",
                        "✗ critical session 7 in app waits [locks]",
                        "  fix: End it.");
        assertThat(new InsightText(Paint.PLAIN)
                        .lines(Json.parse("{\"service\":\"main\",\"findings\":[],\"notes\":[]}")))
                .containsExactly("main: nothing found that needs anybody");
    }
}
