package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Column;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Row;
import dev.holdfast.engine.Insight.Unit;
import dev.holdfast.text.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** An answer while it is written. */
final class Sheet {
    private final String topic;
    private final List<Column> columns = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Sheet(String topic) {
        this.topic = topic;
    }

    Sheet column(String name, Unit unit) {
        columns.add(new Column(name, unit));
        return this;
    }

    void note(String sentence) {
        if (!notes.contains(sentence)) {
            notes.add(sentence);
        }
    }

    /** Cells are texts, numbers, truths or JSON; an empty text is a cell of which nothing is known. */
    void row(String where, List<Finding> findings, Object... cells) {
        List<Json> values = new ArrayList<>();
        for (Object cell : cells) {
            values.add(json(cell));
        }
        rows.add(new Row(where, values, findings));
    }

    int size() {
        return rows.size();
    }

    /** In the order in which the rows were written. */
    Answer answer(int most) {
        return answer(rows, most);
    }

    /** The rows that need somebody first; those that need it alike in the order in which they were written. */
    Answer worstFirst(int most) {
        return answer(rows.stream().sorted(Comparator.comparing(Row::severity)).toList(), most);
    }

    private Answer answer(List<Row> all, int most) {
        if (all.size() > most) {
            note("There are " + (all.size() - most) + " more rows; ask for more with --limit.");
        }
        return new Answer(topic, columns, all.subList(0, Math.min(most, all.size())), notes);
    }

    private static Json json(Object cell) {
        return switch (cell) {
            case Json json -> json;
            case Boolean truth -> Json.bool(truth);
            case Long whole -> Json.number(whole);
            case Integer whole -> Json.number(whole);
            case Number number -> numeral(number.doubleValue());
            default -> {
                String text = String.valueOf(cell);
                yield text.isEmpty() ? new Json.Null() : Json.text(text);
            }
        };
    }

    /** Six digits tell all that such figures know. */
    private static Json numeral(double number) {
        if (!Double.isFinite(number)) {
            return new Json.Null();
        }
        BigDecimal rounded = new BigDecimal(number).round(new MathContext(6));
        return new Json.Numeral(
                rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString());
    }
}
