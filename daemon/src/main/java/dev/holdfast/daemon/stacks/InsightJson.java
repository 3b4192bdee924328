package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Column;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Row;
import dev.holdfast.engine.Insight.Statement;
import dev.holdfast.engine.Insight.Topic;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an engine tells of itself, as the interface gives it on. */
final class InsightJson {
    private InsightJson() {}

    static Json topic(Topic topic) {
        return Json.object()
                .put("name", topic.name())
                .put("summary", topic.summary())
                .put("orders", Json.texts(topic.orders()))
                .build();
    }

    static Json.Builder answer(String service, Answer answer) {
        List<Json> rows = new ArrayList<>();
        answer.rows().forEach(row -> rows.add(row(answer, row)));
        return Json.object()
                .put("service", service)
                .put("report", answer.topic())
                .put(
                        "columns",
                        Json.array(answer.columns().stream()
                                .map(column -> Json.object()
                                        .put("name", column.name())
                                        .put("unit", column.unit().word())
                                        .build())
                                .toList()))
                .put("rows", Json.array(rows))
                .put("notes", Json.texts(answer.notes()));
    }

    private static Json row(Answer answer, Row row) {
        Json.Builder values = Json.object();
        for (int i = 0; i < row.cells().size(); i++) {
            Column column = answer.columns().get(i);
            values.put(column.name(), row.cells().get(i));
        }
        return Json.object()
                .put("severity", row.severity().word())
                .put("where", where(row.where()))
                .put("values", values.build())
                .put(
                        "findings",
                        Json.array(row.findings().stream()
                                .map(finding -> finding(finding).build())
                                .toList()))
                .build();
    }

    static Json.Builder finding(Finding finding) {
        return Json.object()
                .put("severity", finding.severity().word())
                .put("subject", finding.subject())
                .put("because", finding.because())
                .put("remedy", finding.remedy().text())
                .put(
                        "statements",
                        Json.array(finding.remedy().statements().stream()
                                .map(InsightJson::statement)
                                .toList()));
    }

    private static Json statement(Statement statement) {
        return Json.object()
                .put("where", statement.thing())
                .put("text", statement.text())
                .build();
    }

    static Optional<String> where(String thing) {
        return thing.isEmpty() ? Optional.empty() : Optional.of(thing);
    }
}
