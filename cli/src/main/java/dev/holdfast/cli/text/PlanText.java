package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A plan as a person reads it before saying yes: what, what it costs, why, and how it is taken back. */
public final class PlanText {
    private static final int LONGEST = 100;

    private final Paint paint;

    public PlanText(Paint paint) {
        this.paint = paint;
    }

    public List<String> lines(Json plan) {
        List<String> lines = new ArrayList<>();
        plan.at("interrupted")
                .ifPresent(stopped -> lines.add(paint.careful("! the last apply was interrupted after "
                        + Amounts.count(stopped.longAt("done").orElse(0L), "change")
                        + stopped.textAt("where")
                                .map(w -> ", at " + Quoting.visible(w))
                                .orElse("")
                        + "; what follows is what is left")));
        boolean isNew = plan.at("known").isPresent() && !plan.isAt("known");
        for (Json change : plan.itemsAt("changes")) {
            if (isNew) {
                // all of it is made from nothing, so risk and undo of each part would say the same
                lines.add(paint.good("+") + " " + paint.strong(text(change, "where")) + "  "
                        + Amounts.shortened(text(change, "summary"), LONGEST));
            } else {
                change(change, lines);
            }
        }
        for (Json note : plan.itemsAt("notes")) {
            if (note instanceof Json.Text(String text)) {
                lines.add(paint.faint("note: " + Quoting.visible(text)));
            }
        }
        lines.add(isNew ? first(plan) : last(plan));
        return lines;
    }

    private void change(Json change, List<String> lines) {
        String risk = change.textAt("risk").orElse("");
        lines.add(symbol(risk) + " " + paint.strong(text(change, "where")) + "  " + text(change, "summary"));
        Table table = new Table();
        table.row("    risk", coloured(risk, meaning(risk)));
        table.row("    undo", change.textAt("undo").map(Quoting::visible).orElse(paint.bad("cannot be taken back")));
        table.row("    because", text(change, "because"));
        change.textAt("approval").ifPresent(word -> table.row("    approve", "--approve " + Quoting.shell(word)));
        lines.addAll(table.lines());
    }

    private static String first(Json plan) {
        return text(plan, "stack") + " was never started: "
                + Amounts.count(plan.itemsAt("changes").size(), "thing") + " would be made; to do it: holdfast up";
    }

    private String last(Json plan) {
        List<Json> changes = plan.itemsAt("changes");
        List<String> unseen = plan.itemsAt("unseen").stream()
                .flatMap(one -> one instanceof Json.Text(String name) ? Stream.of(name) : Stream.empty())
                .toList();
        if (changes.isEmpty() && !unseen.isEmpty()) {
            return paint.careful("nothing is known to be to do: " + String.join(", ", unseen)
                    + " could not be compared with the file");
        }
        if (changes.isEmpty()) {
            return "nothing is to be done: " + text(plan, "stack") + " is as its file says";
        }
        List<String> parts = new ArrayList<>();
        for (String risk : List.of("NONE", "RELOAD", "RESTART", "DATA")) {
            long count = changes.stream()
                    .filter(change -> change.textAt("risk").orElse("").equals(risk))
                    .count();
            if (count > 0) {
                parts.add(count + " " + word(risk));
            }
        }
        StringBuilder apply = new StringBuilder("holdfast apply --stack ").append(text(plan, "stack"));
        for (Json change : changes) {
            change.textAt("approval")
                    .ifPresent(word -> apply.append(" --approve ").append(Quoting.shell(word)));
        }
        return Amounts.count(changes.size(), "change") + " (" + String.join(", ", parts) + "); to do it: " + apply;
    }

    private String symbol(String risk) {
        return coloured(
                risk,
                switch (risk) {
                    case "NONE" -> "+";
                    case "RELOAD" -> "~";
                    case "RESTART" -> "↻";
                    default -> "!";
                });
    }

    private String coloured(String risk, String text) {
        return switch (risk) {
            case "NONE", "RELOAD" -> paint.good(text);
            case "RESTART" -> paint.careful(text);
            default -> paint.bad(text);
        };
    }

    private static String word(String risk) {
        return switch (risk) {
            case "NONE" -> "without interruption";
            case "RELOAD" -> "by reload";
            case "RESTART" -> "by restart";
            default -> "with loss of data";
        };
    }

    private static String meaning(String risk) {
        return switch (risk) {
            case "NONE" -> "none";
            case "RELOAD" -> "reload: taken over while it serves";
            case "RESTART" -> "restart: connections are cut for a moment";
            case "DATA" -> "data: something is lost for good";
            default -> Quoting.visible(risk);
        };
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
