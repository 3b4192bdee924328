package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Severity;
import java.util.List;
import java.util.stream.Collectors;

/** References whose table has no index for them: each deletion of what is referred to reads the whole table. */
record ForeignKeys(String database, Trial trial, Sheet sheet) {
    private static final long MANY = 100_000;

    /** Those that an index proposed for their statements would serve are not named again. */
    void unindexed(List<Facts> keys, List<IndexShape> shapes, List<NewIndex> proposed) {
        for (Facts key : keys) {
            List<String> columns = key.texts("columns");
            boolean isProposed = proposed.stream()
                    .anyMatch(index -> index.serves(key.text("schema"), key.text("table_name"), columns));
            if (!isProposed && shapes.stream().noneMatch(shape -> shape.serves(key.count("table_oid"), columns))) {
                row(key, columns);
            }
        }
    }

    private void row(Facts key, List<String> columns) {
        NewIndex index = new NewIndex(
                database,
                key.text("schema"),
                key.text("table_name"),
                columns.stream().map(Said::quoted).toList(),
                key.texts("parts"),
                key.is("nested"));
        Gain gain = gain(index, columns);
        long rows = key.count("rows");
        Finding finding = new Finding(
                rows >= MANY && (key.is("acts_on_delete") || key.count("changes") > 0)
                        ? Severity.WARNING
                        : Severity.ADVICE,
                "foreign key " + key.text("name") + " of " + index.target(),
                "has no index: each deletion in " + Said.named(key.text("other_schema"), key.text("other_table"))
                        + ", and each join from it, reads all " + rows + " rows",
                index.remedy("Make the index."));
        sheet.row(
                database,
                List.of(finding),
                "foreign key",
                index.target(),
                index.shown(),
                gain.bytes() == 0 ? "" : gain.bytes(),
                "",
                "",
                gain.said());
    }

    /** What the server would have to do to find the rows of one value. */
    private Gain gain(NewIndex index, List<String> columns) {
        String condition = columns.stream()
                .map(column -> Said.quoted(column) + " = $" + (columns.indexOf(column) + 1))
                .collect(Collectors.joining(" AND "));
        SqlText question = SqlText.of("SELECT 1 FROM " + index.target() + " WHERE " + condition);
        if (!(trial.plan(trial.self(), question) instanceof Attempt.Done<PlanNode>(PlanNode before))) {
            return Gain.unknown();
        }
        return Gain.tried(trial, index, trial.self(), question, before);
    }
}
