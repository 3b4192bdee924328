package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code up} has come to: in a line, then the doors of the stack, then what may come next. */
public final class UpText {
    private static final int LONGEST = 100;

    private final Paint paint;
    private final String choice;

    /** @param choice what a command needs to mean this stack; empty where it means it anyway */
    public UpText(Paint paint, String choice) {
        this.paint = paint;
        this.choice = choice;
    }

    /**
     * @param done the last event of the stream
     * @param made how many steps were done inside each service
     */
    public List<String> lines(Json done, Map<String, Integer> made) {
        Json status = done.at("status").orElseGet(() -> Json.object().build());
        if (!status.isAt("ready")) {
            return new StatusText(paint).lines(status);
        }
        List<String> lines = new ArrayList<>();
        String outcome = done.textAt("outcome").orElse("");
        for (Json change : done.itemsAt("changes")) {
            String sign = outcome.equals("pending") ? paint.careful("!") : paint.good("✓");
            lines.add(sign + " " + paint.strong(text(change, "where")) + "  "
                    + Amounts.shortened(text(change, "summary"), LONGEST));
        }
        if (outcome.equals("started") && !made.isEmpty()) {
            lines.add(paint.faint("  made inside: " + madeInside(made)));
        }
        lines.add(paint.strong(text(status, "stack"))
                + status.textAt("environment")
                        .map(environment -> " (" + Quoting.visible(environment) + ")")
                        .orElse("")
                + " " + outcome(outcome, done, status));
        lines.add("");
        lines.addAll(doors(status).lines());
        lines.add("");
        lines.add(paint.faint("next: ") + next(outcome, status));
        return lines;
    }

    private String outcome(String outcome, Json done, Json status) {
        String took = Amounts.duration(Duration.ofMillis(done.longAt("millis").orElse(0L)));
        int changes = done.itemsAt("changes").size();
        return switch (outcome) {
            case "started" -> "is " + paint.good("ready") + " after " + took + ": " + extent(status);
            case "changed" ->
                "is " + paint.good("ready") + ": " + Amounts.count(changes, "change") + " done in " + took
                        + (isFelt(done) ? "" : ", without interruption");
            case "pending" ->
                "runs as before; " + Amounts.count(changes, "change") + " of the file would interrupt it and "
                        + (changes == 1 ? "waits" : "wait");
            default -> "is " + paint.good("ready") + " and as its file says: " + extent(status);
        };
    }

    private static boolean isFelt(Json done) {
        return done.itemsAt("changes").stream()
                .anyMatch(change ->
                        change.textAt("risk").filter("RESTART"::equals).isPresent());
    }

    private static String extent(Json status) {
        List<Json> services = status.itemsAt("services");
        long members = services.stream()
                .mapToLong(service -> service.itemsAt("members").size())
                .sum();
        return Amounts.count(services.size(), "service") + ", " + Amounts.count(members, "member");
    }

    private static String madeInside(Map<String, Integer> made) {
        List<String> parts = new ArrayList<>();
        new TreeMap<>(made)
                .forEach((service, count) -> parts.add(Quoting.visible(service) + " " + Amounts.count(count, "thing")));
        return String.join(", ", parts) + " (--verbose names them)";
    }

    private Table doors(Json status) {
        Table table = new Table();
        for (Json service : status.itemsAt("services")) {
            String name = paint.strong(text(service, "name"));
            for (Json endpoint : service.itemsAt("endpoints")) {
                table.row("  " + name, text(endpoint, "name"), plain(text(endpoint, "url")));
                name = "";
            }
        }
        return table;
    }

    /** Without its parameters: those, and the password, are for {@code connect --url} and {@code env}. */
    private static String plain(String url) {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    private String next(String outcome, Json status) {
        if (outcome.equals("pending")) {
            return "holdfast plan" + choice + " shows what they cost, holdfast apply" + choice + " does them";
        }
        String service = status.itemsAt("services").stream()
                .map(one -> text(one, "name"))
                .filter(name -> name.equals("main"))
                .findFirst()
                .orElseGet(() -> status.itemsAt("services").isEmpty()
                        ? ""
                        : text(status.itemsAt("services").getFirst(), "name"));
        return "holdfast connect " + Quoting.shell(service) + choice + ", eval \"$(holdfast env" + choice
                + ")\", holdfast status" + choice;
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
