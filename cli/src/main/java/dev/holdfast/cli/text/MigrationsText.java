package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How the migrations of a database stand, for a person: what is applied in short, what is not in full. */
public final class MigrationsText {
    private static final int LONGEST = 60;

    private final Paint paint;
    private final Moments moments;

    public MigrationsText(Paint paint, Moments moments) {
        this.paint = paint;
        this.moments = moments;
    }

    public List<String> lines(String service, Json database) {
        List<String> lines = new ArrayList<>();
        long pending = database.longAt("pending").orElse(0L);
        lines.add(paint.strong(Quoting.visible(service) + "/" + text(database, "database")) + "  "
                + database.textAt("reached")
                        .map(version -> "at V" + Quoting.visible(version))
                        .orElse("nothing is applied")
                + ", " + (pending == 0 ? "nothing is pending" : pending + " pending") + "  "
                + paint.faint(text(database, "folder")));
        Table table = new Table();
        for (Json entry : database.itemsAt("entries")) {
            table.row(
                    "  " + state(text(entry, "state")),
                    text(entry, "label"),
                    Amounts.shortened(text(entry, "description"), LONGEST),
                    entry.textAt("at").map(at -> moments.ago(Instant.parse(at))).orElse(""),
                    text(entry, "by"),
                    entry.longAt("millis")
                            .map(millis -> Amounts.duration(Duration.ofMillis(millis)))
                            .orElse(""),
                    paint.faint(text(entry, "because")));
        }
        lines.addAll(table.lines());
        for (Json hint : database.itemsAt("hints")) {
            lines.add("  " + (hint.isAt("forbidden") ? paint.bad("hint") : paint.careful("hint")) + " "
                    + text(hint, "script") + ":" + hint.longAt("line").orElse(1L) + " " + text(hint, "rule") + ": "
                    + text(hint, "text"));
            lines.add(paint.faint("       " + text(hint, "remedy")));
        }
        if (!database.itemsAt("hints").isEmpty()) {
            lines.add(paint.faint("  hints are guessed from the words of the files, not measured"));
        }
        for (Json note : database.itemsAt("notes")) {
            if (note instanceof Json.Text(String text)) {
                lines.add(paint.faint("  note: " + Quoting.visible(text)));
            }
        }
        for (Json problem : database.itemsAt("problems")) {
            lines.add("  " + paint.bad("! ")
                    + text(problem, "cause").lines().findFirst().orElse("") + " [" + text(problem, "code") + "]");
        }
        return lines;
    }

    private String state(String state) {
        String word = state.toLowerCase(Locale.ROOT);
        return switch (state) {
            case "APPLIED", "ADOPTED" -> paint.good(word);
            case "PENDING", "OUTDATED" -> paint.careful(word);
            default -> paint.bad(word);
        };
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
