package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Saves a service and looks at what is saved of it. */
public final class BackupCommand implements Command {
    private static final List<String> ACTIONS = List.of("create", "list", "show", "expire");

    @Override
    public String name() {
        return "backup";
    }

    @Override
    public String summary() {
        return "save a service, and list, check or thin out what is saved of it";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                .required(String.join("|", ACTIONS), "what to do", ACTIONS.toArray(new String[0]))
                .required("SERVICE", "the service")
                .optional("BACKUP", "show: which one, as list names it")
                .value(
                        "KIND",
                        "create: full, differential or incremental; the last where nothing is said",
                        List.of("full", "differential", "incremental"),
                        "--type",
                        "-t")
                .flag("expire: only say which would go", "--dry-run"));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String action = arguments.positional(0).orElse("");
        String service = arguments.positional(1).orElse("");
        Json.Builder request = Json.object().put("action", action);
        switch (action) {
            case "create" -> arguments.value("--type").ifPresent(kind -> request.put("kind", kind));
            case "list" -> {}
            case "show" ->
                request.put(
                        "id",
                        arguments
                                .positional(2)
                                .orElseThrow(() -> misunderstood(
                                        "which backup of '" + service + "' to show is not said",
                                        "Name one of those that 'holdfast backup list " + service + "' shows.")));
            case "expire" -> request.put("dry", arguments.is("--dry-run"));
            default ->
                throw misunderstood(
                        "there is nothing called '" + action + "' to do with backups",
                        "Say one of " + String.join(", ", ACTIONS) + ".");
        }
        Json done = new Asking(arguments, session, "interrupted: what was saved so far is removed by the next backup")
                .ask("backup", service, request.build());
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            shown(action, service, done, session);
        }
        return 0;
    }

    private static void shown(String action, String service, Json done, Session session) {
        switch (action) {
            case "create" -> created(done, session);
            case "list" -> list(service, done, session);
            case "show" -> one(done, session);
            default -> expired(service, done, session);
        }
    }

    private static void created(Json done, Session session) {
        Json point = done.at("point").orElse(done);
        session.line("saved " + text(point, "id") + " (" + text(point, "kind") + ", "
                + Amounts.bytes(point.longAt("bytes").orElse(0L)) + ", "
                + Amounts.bytes(point.longAt("storedBytes").orElse(0L)) + " stored) in "
                + Amounts.duration(Duration.ofMillis(done.longAt("millis").orElse(0L))));
        List<String> dropped = Results.texts(done.itemsAt("dropped"));
        if (!dropped.isEmpty()) {
            session.line("removed " + String.join(", ", dropped) + ", which no rule of keep: asks for");
        }
    }

    private static void list(String service, Json done, Session session) {
        List<Json> points = done.itemsAt("points");
        if (points.isEmpty()) {
            session.line("nothing is saved of " + service + " yet; 'holdfast backup create " + service + "' does it");
            return;
        }
        Table table = new Table().row("BACKUP", "KIND", "ENDED", "TOOK", "SAVES", "STORED", "");
        for (Json point : points) {
            Instant begun = Instant.parse(text(point, "begun"));
            Instant ended = Instant.parse(text(point, "ended"));
            table.row(
                    text(point, "id"),
                    text(point, "kind"),
                    ended.toString(),
                    Amounts.duration(Duration.between(begun, ended)),
                    Amounts.bytes(point.longAt("bytes").orElse(0L)),
                    Amounts.bytes(point.longAt("storedBytes").orElse(0L)),
                    point.textAt("fault").map(Quoting::visible).orElse(""));
        }
        table.lines().forEach(session::line);
        done.at("reach")
                .ifPresent(reach -> session.line("any moment from " + text(reach, "earliest") + " to "
                        + text(reach, "latest") + " can be restored"));
    }

    private static void one(Json point, Session session) {
        Table table = new Table();
        for (String key : List.of("id", "kind", "begun", "ended", "basis", "fault")) {
            point.textAt(key).ifPresent(value -> table.row(key, Quoting.visible(value)));
        }
        table.row("saves", Amounts.bytes(point.longAt("bytes").orElse(0L)));
        table.row("stored", Amounts.bytes(point.longAt("storedBytes").orElse(0L)));
        point.at("facts").ifPresent(facts -> {
            if (facts instanceof Json.Members(Map<String, Json> values)) {
                values.keySet().forEach(key -> table.row(key, text(facts, key)));
            }
        });
        table.lines().forEach(session::line);
    }

    private static void expired(String service, Json done, Session session) {
        List<String> dropped = Results.texts(done.itemsAt("dropped"));
        session.line(
                dropped.isEmpty()
                        ? "every backup of " + service + " stays"
                        : (done.isAt("dry") ? "would remove " : "removed ") + String.join(", ", dropped));
    }

    private static String text(Json json, String key) {
        return json.textAt(key).map(Quoting::visible).orElse("");
    }

    private static HoldfastException misunderstood(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3301, cause, remedy));
    }
}
