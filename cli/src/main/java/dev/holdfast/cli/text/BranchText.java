package dev.holdfast.cli.text;

import dev.holdfast.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Branches as a person reads them. */
public final class BranchText {
    private final Paint paint;
    private final Moments moments;

    public BranchText(Paint paint) {
        this.paint = paint;
        this.moments = new Moments(InstantSource.system().instant(), ZoneId.systemDefault());
    }

    /** Each below the one it was made from. */
    public List<String> list(Json answer) {
        Table table = new Table();
        table.row(
                paint.faint("BRANCH"),
                paint.faint("STATE"),
                paint.faint("MADE"),
                paint.faint("OWN"),
                paint.faint("PORTS"),
                "");
        String root = answer.textAt("stack").orElse("");
        below(root, "", answer.itemsAt("branches"), table);
        return table.lines();
    }

    private void below(String parent, String indent, List<Json> branches, Table table) {
        for (Json branch : branches) {
            if (branch.textAt("parent").orElse("").equals(parent)) {
                table.row(
                        indent + "└ " + paint.strong(text(branch, "name")),
                        state(branch),
                        ago(branch),
                        own(branch),
                        ports(branch),
                        end(branch));
                below(text(branch, "stack"), indent + "  ", branches, table);
            } else if (branch.at("problem").isPresent() && indent.isEmpty()) {
                table.row(
                        text(branch, "name"),
                        paint.bad("unreadable"),
                        "",
                        "",
                        "",
                        Quoting.visible(branch.at("problem")
                                .flatMap(problem -> problem.textAt("cause"))
                                .orElse("")));
            }
        }
    }

    public List<String> show(Json branch) {
        Table table = new Table();
        table.row("branch", paint.strong(text(branch, "stack")));
        table.row("state", state(branch));
        table.row("made", ago(branch) + ", " + text(branch, "how"));
        table.row(
                "services",
                branch.itemsAt("services").stream()
                        .map(item -> item instanceof Json.Text(String name) ? Quoting.visible(name) : "")
                        .collect(Collectors.joining(", ")));
        table.row("passwords", text(branch, "credentials"));
        table.row("volume", text(branch, "volume") + " (" + text(branch, "driver") + ")");
        table.row(
                "bytes",
                own(branch) + " its own, "
                        + branch.longAt("bytes").map(Amounts::bytes).orElse("unknown") + " in all");
        for (Json port : branch.itemsAt("ports")) {
            table.row("port", port.longAt("port").orElse(0L) + "  " + text(port, "member") + " " + text(port, "name"));
        }
        table.row("ends", end(branch).isEmpty() ? "when somebody deletes it" : end(branch));
        return table.lines();
    }

    public List<String> done(String action, Json done) {
        String branch = paint.strong(text(done, "stack"));
        List<String> lines = new ArrayList<>();
        switch (action) {
            case "create", "reset" -> {
                lines.add((action.equals("create") ? "made " : "reset ")
                        + branch
                        + done.longAt("millis")
                                .map(millis -> " in " + Amounts.duration(Duration.ofMillis(millis)))
                                .orElse("")
                        + done.at("cut").map(BranchText::cut).orElse(""));
                done.at("status").ifPresent(status -> lines.addAll(new StatusText(paint).lines(status)));
                lines.add("");
                lines.add("next: holdfast branch connect " + text(done, "name") + " SERVICE, holdfast branch env "
                        + text(done, "name") + ", holdfast branch delete " + text(done, "name"));
            }
            case "delete" -> lines.add("deleted " + branch);
            case "promote" -> {
                lines.add(paint.strong(text(done, "parent")) + " serves now what " + branch + " held");
                lines.add(
                        "what it held before is in " + branch + ", which is down: promote it to go back, or delete it");
            }
            case "protect" -> lines.add(branch + " stays until 'holdfast branch unprotect " + text(done, "name") + "'");
            case "unprotect" -> lines.add(branch + " may be deleted again");
            default ->
                lines.add(branch + " "
                        + done.at("branch")
                                .flatMap(made -> made.textAt("expires"))
                                .map(end -> "is deleted " + moments.time(Instant.parse(end)))
                                .orElse("stays until somebody deletes it"));
        }
        return lines;
    }

    private static String cut(Json cut) {
        long pause = cut.longAt("pauseMillis").orElse(0L);
        long skew = cut.longAt("skewMillis").orElse(0L);
        long copied = cut.longAt("copiedBytes").orElse(0L);
        return (pause > 0
                        ? "; its source stood still for " + Amounts.duration(Duration.ofMillis(pause))
                        : "; its source never stood still")
                + (skew > 0 ? "; its engines are " + Amounts.duration(Duration.ofMillis(skew)) + " apart" : "")
                + (copied > 0 ? "; " + Amounts.bytes(copied) + " copied" : "");
    }

    private String state(Json branch) {
        String state = text(branch, "state");
        return switch (state) {
            case "awake" -> paint.good(state);
            case "not ready" -> paint.bad(state);
            case "being made" -> paint.careful(state);
            default -> state;
        };
    }

    private String ago(Json branch) {
        return branch.textAt("made")
                .map(made -> moments.ago(Instant.parse(made)))
                .orElse("");
    }

    private static String own(Json branch) {
        return branch.longAt("ownBytes").map(Amounts::bytes).orElse("unknown");
    }

    private static String ports(Json branch) {
        return branch.itemsAt("ports").stream()
                .map(port -> text(port, "member") + ":" + port.longAt("port").orElse(0L))
                .filter(port -> !port.contains("exporter"))
                .collect(Collectors.joining(" "));
    }

    private String end(Json branch) {
        String end = branch.textAt("expires")
                .map(at -> "ends " + moments.time(Instant.parse(at)))
                .orElse("");
        return branch.isAt("protected") ? "protected" + (end.isEmpty() ? "" : ", " + end) : end;
    }

    private static String text(Json json, String key) {
        return Quoting.visible(json.textAt(key).orElse(""));
    }
}
