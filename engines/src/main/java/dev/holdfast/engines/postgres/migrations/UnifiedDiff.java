package dev.holdfast.engines.postgres.migrations;

import java.util.ArrayList;
import java.util.List;

/** What differs between two texts, line by line, as {@code diff -u} shows it; bounded, whatever it is given. */
final class UnifiedDiff {
    private static final int AROUND = 2;
    private static final int MOST_LINES = 60;
    private static final int MOST_COMPARED = 2_000;

    private UnifiedDiff() {}

    private record Line(char sign, String text) {}

    static List<String> of(String before, String after) {
        List<String> old = before.lines().toList();
        List<String> now = after.lines().toList();
        int head = 0;
        while (head < old.size() && head < now.size() && old.get(head).equals(now.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < old.size() - head
                && tail < now.size() - head
                && old.get(old.size() - 1 - tail).equals(now.get(now.size() - 1 - tail))) {
            tail++;
        }
        List<Line> lines = new ArrayList<>();
        for (String line : old.subList(Math.max(0, head - AROUND), head)) {
            lines.add(new Line(' ', line));
        }
        lines.addAll(middle(old.subList(head, old.size() - tail), now.subList(head, now.size() - tail)));
        for (String line : old.subList(old.size() - tail, Math.min(old.size(), old.size() - tail + AROUND))) {
            lines.add(new Line(' ', line));
        }
        List<String> shown = new ArrayList<>();
        shown.add("@@ line " + (Math.max(0, head - AROUND) + 1) + " @@");
        for (Line line : lines.subList(0, Math.min(lines.size(), MOST_LINES))) {
            shown.add(line.sign() + line.text());
        }
        if (lines.size() > MOST_LINES) {
            shown.add("… and " + (lines.size() - MOST_LINES) + " lines more");
        }
        return shown;
    }

    private static List<Line> middle(List<String> old, List<String> now) {
        List<Line> lines = new ArrayList<>();
        if (old.size() > MOST_COMPARED || now.size() > MOST_COMPARED) {
            old.forEach(line -> lines.add(new Line('-', line)));
            now.forEach(line -> lines.add(new Line('+', line)));
            return lines;
        }
        int[][] common = new int[old.size() + 1][now.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--) {
            for (int j = now.size() - 1; j >= 0; j--) {
                common[i][j] = old.get(i).equals(now.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < old.size() || j < now.size()) {
            if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
                lines.add(new Line(' ', old.get(i)));
                i++;
                j++;
            } else if (i < old.size() && (j == now.size() || common[i + 1][j] >= common[i][j + 1])) {
                lines.add(new Line('-', old.get(i++)));
            } else {
                lines.add(new Line('+', now.get(j++)));
            }
        }
        return lines;
    }
}
