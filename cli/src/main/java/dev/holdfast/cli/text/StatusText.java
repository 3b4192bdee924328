package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;

/** The status of a stack as a tree: services, their members, their doors. */
public final class StatusText {
    private final Paint paint;

    public StatusText(Paint paint) {
        this.paint = paint;
    }

    public List<String> lines(Json status) {
        List<String> lines = new ArrayList<>();
        boolean isReady = status.isAt("ready");
        lines.add(paint.strong(text(status, "stack"))
                + status.textAt("environment")
                        .map(e -> " (" + Quoting.visible(e) + ")")
                        .orElse("")
                + "  "
                + (isReady ? paint.good("ready") : state(status)));
        Table table = new Table();
        for (Json service : status.itemsAt("services")) {
            service(service, table);
            for (Json backup : status.itemsAt("backups")) {
                if (backup.textAt("service").equals(service.textAt("name"))) {
                    backup(backup, table);
                }
            }
        }
        lines.addAll(table.lines());
        for (Json note : status.itemsAt("notes")) {
            if (note instanceof Json.Text(String text)) {
                lines.add(paint.careful("! ") + Quoting.visible(text));
            }
        }
        for (Json problem : status.itemsAt("problems")) {
            lines.add(paint.careful("! " + text(problem, "cause")) + " "
                    + paint.faint("[" + text(problem, "code") + "]"));
            lines.add("  " + paint.strong("fix:") + " " + text(problem, "remedy"));
        }
        return lines;
    }

    private String state(Json status) {
        return status.textAt("desired").orElse("").equals("down") ? paint.faint("stopped") : paint.bad("not ready");
    }

    private static String figure(Json json, String key) {
        return json.at(key).map(Json::compact).orElse("");
    }

    private void service(Json service, Table table) {
        boolean isReady = service.isAt("ready");
        table.row(
                sign(isReady) + " " + paint.strong(text(service, "name")),
                text(service, "engine") + " " + text(service, "version"),
                "",
                "",
                isReady ? "" : text(service, "because"));
        service.at("compute")
                .filter(compute -> compute.at("now").isPresent())
                .ifPresent(compute -> table.row(
                        "    " + paint.faint("compute"),
                        figure(compute, "now") + " of " + figure(compute, "min") + " to " + figure(compute, "max"),
                        figure(compute, "usedCores") + " cores",
                        "",
                        text(compute, "because")));
        for (Json member : service.itemsAt("members")) {
            boolean serves = member.isAt("ready");
            String state = text(member, "state");
            table.row(
                    "  " + sign(serves) + " " + text(member, "name"),
                    text(member, "role"),
                    serves ? state : paint.careful(state),
                    member.longAt("rssBytes").map(Amounts::bytes).orElse(""),
                    text(member, "because"));
            member.textAt("next")
                    .ifPresent(next -> table.row("", "", "", "", paint.faint("next: " + Quoting.visible(next))));
        }
        for (Json endpoint : service.itemsAt("endpoints")) {
            table.row(
                    "    " + paint.faint(text(endpoint, "name")),
                    paint.faint("port " + endpoint.longAt("port").orElse(0L)),
                    "",
                    "",
                    paint.faint(text(endpoint, "url")));
        }
    }

    private void backup(Json backup, Table table) {
        String last = backup.at("last")
                .map(result -> text(result, "because").isEmpty()
                        ? "last " + text(result, "id") + " at " + text(result, "ended")
                        : "the last one failed at " + text(result, "ended"))
                .orElse("none yet");
        table.row(
                "    " + paint.faint("backup"),
                paint.faint(text(backup, "kind")),
                "",
                "",
                paint.faint(last
                        + backup.textAt("next").map(next -> ", next at " + next).orElse("")));
    }

    private String sign(boolean isGood) {
        return isGood ? paint.good("✓") : paint.bad("✗");
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
