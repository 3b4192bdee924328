package dev.holdfast.proof.benchmark;

import java.util.ArrayList;
import java.util.List;

/** The figures of one part; all of one run. */
final class Page {
    private final List<Row> rows = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    void add(Row row) {
        rows.add(row);
    }

    void remark(String sentence) {
        remarks.add(sentence);
    }

    String markdown() {
        StringBuilder text = new StringBuilder(
                "| what | measured | floor or peer | ratio | goal | | see it yourself |\n|---|---|---|--:|---|---|---|\n");
        for (Row row : rows) {
            text.append(row.markdown()).append('\n');
        }
        if (!remarks.isEmpty()) {
            text.append('\n');
            for (String remark : remarks) {
                text.append("- ").append(remark).append('\n');
            }
        }
        return text.toString();
    }
}
