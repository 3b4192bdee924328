package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a rehearsal saw, for a person: a line a file, and below it what would hurt somebody. */
public final class RehearsalText {
    private static final int LONGEST = 70;

    private final Paint paint;

    public RehearsalText(Paint paint) {
        this.paint = paint;
    }

    public List<String> lines(Json rehearsed) {
        List<String> lines = new ArrayList<>();
        String where = paint.strong(text(rehearsed, "service") + "/" + text(rehearsed, "database"));
        List<Json> files = rehearsed.itemsAt("files");
        if (files.isEmpty()) {
            return List.of(where + "  nothing is pending, and nothing was copied");
        }
        Json copy = rehearsed.at("copy").orElseGet(() -> Json.object().build());
        lines.add(where + "  " + Amounts.count(files.size(), "file") + " rehearsed on a copy of "
                + Amounts.bytes(copy.longAt("bytes").orElse(0L)) + ", made in "
                + Amounts.duration(Duration.ofMillis(copy.longAt("millis").orElse(0L)))
                + copy.textAt("kept")
                        .map(name -> " and kept as " + Quoting.visible(name))
                        .orElse(" and thrown away"));
        Table table = new Table();
        table.row(
                "  " + paint.faint("FILE"),
                paint.faint("TOOK"),
                paint.faint("READS BLOCKED"),
                paint.faint("WRITES BLOCKED"),
                paint.faint("WAL"),
                paint.faint("ROWS"),
                "");
        for (Json file : files) {
            table.row(
                    mark(file) + " " + text(file, "script"),
                    time(file, "micros"),
                    blocked(file, "readsBlockedMicros"),
                    blocked(file, "writesBlockedMicros"),
                    Amounts.bytes(Math.max(0, file.longAt("walBytes").orElse(0L))),
                    rows(file),
                    file.isAt("transactional") ? "" : paint.faint("outside of a transaction"));
        }
        lines.addAll(table.lines());
        files.forEach(file -> details(file, lines));
        for (Json note : rehearsed.itemsAt("notes")) {
            if (note instanceof Json.Text(String text)) {
                lines.add(paint.faint("note: " + Quoting.visible(text)));
            }
        }
        return lines;
    }

    private void details(Json file, List<String> lines) {
        List<String> found = new ArrayList<>();
        for (Json lock : file.itemsAt("hurting")) {
            found.add(text(lock, "table") + ": " + who(lock) + " for " + time(lock, "micros") + " "
                    + paint.faint("(" + mode(lock) + ", " + statement(file, lock) + ")"));
        }
        for (Json rewrite : file.itemsAt("rewrites")) {
            found.add(text(rewrite, "table") + ": "
                    + paint.careful("written anew ("
                            + Amounts.bytes(rewrite.longAt("bytes").orElse(0L)) + ")") + " because "
                    + text(rewrite, "because") + " " + paint.faint("(" + statement(file, rewrite) + ")"));
        }
        for (Json drop : file.itemsAt("drops")) {
            String what = "drops " + text(drop, "kind") + " " + text(drop, "name");
            found.add((drop.isAt("holdsData") ? paint.careful(what) : what) + " "
                    + paint.faint("(" + statement(file, drop) + ")"));
        }
        file.textAt("failure").ifPresent(message -> found.add(paint.bad("fails: ") + Quoting.visible(message)));
        if (!found.isEmpty()) {
            lines.add("");
            lines.add(paint.strong(text(file, "script")));
            found.forEach(line -> lines.add("  " + line));
        }
    }

    private static String who(Json lock) {
        if (text(lock, "mode").equals("rows")) {
            return "nobody else writes to the rows it changed";
        }
        return lock.isAt("blocksReads") ? "nobody reads or writes" : "nobody writes";
    }

    private static String mode(Json lock) {
        String mode = text(lock, "mode").equals("rows") ? "row locks" : text(lock, "mode");
        return lock.textAt("index")
                .map(index -> mode + " on " + Quoting.visible(index))
                .orElse(mode);
    }

    /** The statement that took it, by its line and its beginning. */
    private static String statement(Json file, Json item) {
        long number = item.longAt("statement").orElse(0L);
        for (Json statement : file.itemsAt("statements")) {
            if (statement.longAt("number").orElse(-1L) == number) {
                return "line " + statement.longAt("line").orElse(0L) + ": "
                        + Amounts.shortened(text(statement, "text"), LONGEST);
            }
        }
        return "statement " + number;
    }

    private static String rows(Json file) {
        long inserted = 0;
        long updated = 0;
        long deleted = 0;
        for (Json rows : file.itemsAt("rows")) {
            inserted += rows.longAt("inserted").orElse(0L);
            updated += rows.longAt("updated").orElse(0L);
            deleted += rows.longAt("deleted").orElse(0L);
        }
        List<String> parts = new ArrayList<>();
        if (inserted > 0) {
            parts.add("+" + inserted);
        }
        if (updated > 0) {
            parts.add("~" + updated);
        }
        if (deleted > 0) {
            parts.add("-" + deleted);
        }
        return parts.isEmpty() ? "none" : String.join(" ", parts);
    }

    private String mark(Json file) {
        boolean bad =
                file.textAt("failure").isPresent() || !file.itemsAt("breaches").isEmpty();
        return bad ? paint.bad("✗") : paint.good("✓");
    }

    private static String blocked(Json file, String key) {
        return file.longAt(key).orElse(0L) == 0 ? "never" : time(file, key);
    }

    private static String time(Json item, String key) {
        long micros = item.longAt(key).orElse(0L);
        return micros >= 10_000
                ? Amounts.duration(Duration.ofNanos(micros * 1_000))
                : micros / 1_000 + "." + micros % 1_000 / 100 + " ms";
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
