package dev.holdfast.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell, two spaces apart, nothing behind the last one. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    public Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    public List<String> lines() {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                int width = Paint.width(row.get(column));
                if (column == widths.size()) {
                    widths.add(width);
                } else if (widths.get(column) < width) {
                    widths.set(column, width);
                }
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            lines.add(line(row, widths));
        }
        return lines;
    }

    private static String line(List<String> row, List<Integer> widths) {
        StringBuilder line = new StringBuilder();
        int owed = 0;
        for (int column = 0; column < row.size(); column++) {
            String cell = row.get(column);
            if (!cell.isEmpty()) {
                line.repeat(' ', owed).append(cell);
                owed = 0;
            }
            owed += widths.get(column) - Paint.width(cell) + 2;
        }
        return line.toString();
    }
}
