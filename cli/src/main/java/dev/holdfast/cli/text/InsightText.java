package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A report as a table with its findings below it, or the findings of all reports. */
public final class InsightText {
    private static final int LONGEST_CELL = 70;
    private static final int LONGEST_PLAN = 110;

    private final Paint paint;

    public InsightText(Paint paint) {
        this.paint = paint;
    }

    public List<String> lines(Json answer) {
        List<String> lines = new ArrayList<>();
        List<Json> findings = new ArrayList<>(answer.itemsAt("findings"));
        if (answer.textAt("report").isPresent()) {
            lines.addAll(table(answer).lines());
            for (Json row : answer.itemsAt("rows")) {
                row.itemsAt("findings").stream()
                        .filter(InsightText::isWorthALine)
                        .forEach(findings::add);
            }
            if (answer.itemsAt("rows").isEmpty()) {
                lines.add(paint.good("nothing to report"));
            }
        } else if (findings.isEmpty()) {
            lines.add(paint.strong(text(answer, "service")) + ": " + paint.good("nothing found that needs anybody"));
        } else {
            lines.add(paint.strong(text(answer, "service")) + ": "
                    + Amounts.count(answer.longAt("critical").orElse(0L), "critical finding") + ", "
                    + Amounts.count(answer.longAt("warning").orElse(0L), "warning") + ", "
                    + answer.longAt("advice").orElse(0L) + " that could be better");
        }
        if (!findings.isEmpty() && !lines.isEmpty()) {
            lines.add("");
        }
        findings.forEach(finding -> finding(finding, lines));
        for (Json note : answer.itemsAt("notes")) {
            if (note instanceof Json.Text(String sentence)) {
                lines.add(paint.faint("note: " + Quoting.visible(sentence)));
            }
        }
        return lines;
    }

    /** What is fine is in the table already; it is told again only where there is something to run. */
    private static boolean isWorthALine(Json finding) {
        return !text(finding, "severity").equals("fine")
                || !finding.itemsAt("statements").isEmpty();
    }

    /** Columns of which nothing is known are left out. */
    private Table table(Json answer) {
        Table table = new Table();
        List<Json> rows = answer.itemsAt("rows");
        List<Json> columns = answer.itemsAt("columns").stream()
                .filter(column ->
                        rows.stream().anyMatch(row -> value(row, column).isPresent()))
                .toList();
        if (rows.isEmpty()) {
            return table;
        }
        Set<String> places = new LinkedHashSet<>();
        rows.forEach(row -> places.add(text(row, "where")));
        boolean isPlaced = places.size() > 1;
        List<String> head = new ArrayList<>(List.of(""));
        if (isPlaced) {
            head.add(paint.faint("where"));
        }
        columns.forEach(column -> head.add(paint.faint(text(column, "name"))));
        table.row(head.toArray(String[]::new));
        int longest = text(answer, "report").equals("explain") ? LONGEST_PLAN : LONGEST_CELL;
        for (Json row : rows) {
            List<String> cells = new ArrayList<>(List.of(sign(text(row, "severity"))));
            if (isPlaced) {
                cells.add(text(row, "where"));
            }
            columns.forEach(column -> cells.add(value(row, column)
                    .map(value -> cell(value, text(column, "unit"), longest))
                    .orElse("")));
            table.row(cells.toArray(String[]::new));
        }
        return table;
    }

    private static Optional<Json> value(Json row, Json column) {
        return row.at("values").flatMap(values -> values.at(text(column, "name")));
    }

    private static String cell(Json value, String unit, int longest) {
        if (value instanceof Json.Numeral(String literal)) {
            BigDecimal number = new BigDecimal(literal);
            return switch (unit) {
                case "bytes" -> Amounts.bytes(number.longValue());
                case "seconds" ->
                    Amounts.duration(Duration.ofMillis(number.movePointRight(3).longValue()));
                case "millis" ->
                    number.compareTo(BigDecimal.valueOf(1000)) < 0
                            ? number.setScale(2, RoundingMode.HALF_UP) + " ms"
                            : Amounts.duration(Duration.ofMillis(number.longValue()));
                case "percent" -> number.setScale(0, RoundingMode.HALF_UP) + " %";
                default ->
                    number.setScale(number.abs().compareTo(BigDecimal.TEN) < 0 ? 1 : 0, RoundingMode.HALF_UP)
                            .stripTrailingZeros()
                            .toPlainString();
            };
        }
        return value instanceof Json.Text(String text) ? Amounts.shortened(Quoting.visible(text), longest) : "";
    }

    private void finding(Json finding, List<String> lines) {
        String severity = text(finding, "severity");
        String where = text(finding, "where");
        lines.add(sign(severity) + " " + coloured(severity, severity) + " " + paint.strong(text(finding, "subject"))
                + (where.isEmpty() ? "" : paint.faint(" in " + where)) + " " + text(finding, "because")
                + finding.textAt("report")
                        .map(report -> paint.faint(" [" + report + "]"))
                        .orElse(""));
        lines.add("  " + paint.strong("fix:") + " " + text(finding, "remedy"));
        for (Json statement : finding.itemsAt("statements")) {
            lines.add("    "
                    + statement
                            .textAt("where")
                            .map(at -> paint.faint(Quoting.visible(at) + "=> "))
                            .orElse("") + text(statement, "text") + ";");
        }
    }

    private String sign(String severity) {
        return switch (severity) {
            case "critical" -> paint.bad("✗");
            case "warning" -> paint.careful("!");
            case "advice" -> "·";
            default -> " ";
        };
    }

    private String coloured(String severity, String text) {
        return switch (severity) {
            case "critical" -> paint.bad(text);
            case "warning" -> paint.careful(text);
            default -> paint.faint(text);
        };
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
