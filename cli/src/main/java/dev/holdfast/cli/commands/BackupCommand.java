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
import dev.holdfast.text.AtomicFile;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Saves a service and looks at what is saved of it. */
public final class BackupCommand implements Command {
    private static final List<String> ACTIONS = List.of("create", "list", "show", "verify", "expire", "point", "key");

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
                .optional("BACKUP|NAME", "show, verify: which one, as list names it; point: what to call this moment")
                .value(
                        "KIND",
                        "create: full, differential or incremental; the last where nothing is said",
                        List.of("full", "differential", "incremental"),
                        "--type",
                        "-t")
                .flag("create: a logical dump of one database instead (pg_dump)", "--logical")
                .flag("create --logical: only what makes the tables", "--schema-only")
                .flag("create --logical: only what is in them", "--data-only")
                .values("TABLE", "create --logical: only this table", "--table")
                .value("DATABASE", "create --logical: which database, where there are several", "--database", "-d")
                .value("FILE", "key: the file to write, for its owner alone", "--out")
                .flag("expire: only say which would go", "--dry-run"));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String action = arguments.positional(0).orElse("");
        String service = arguments.positional(1).orElse("");
        Json.Builder request = Json.object().put("action", action);
        switch (action) {
            case "create" -> create(arguments, request);
            case "verify" -> arguments.positional(2).ifPresent(id -> request.put("id", id));
            case "point" ->
                request.put(
                        "point",
                        arguments
                                .positional(2)
                                .orElseThrow(() -> misunderstood(
                                        "what to call this moment of '" + service + "' is not said",
                                        "Give it a name, as in 'holdfast backup point " + service
                                                + " before-release'.")));
            case "key" -> {
                if (arguments.value("--out").isEmpty()) {
                    throw misunderstood(
                            "where to write the key of '" + service + "' is not said",
                            "Give a file with --out; it will hold what opens every backup, so keep it as safe as the data.");
                }
            }
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
        if (action.equals("key")) {
            return key(service, session.path(arguments.value("--out").orElseThrow()), done, session);
        }
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
            case "verify" -> verified(done, session);
            case "point" ->
                session.line("this moment of " + service + " is called " + text(done, "point") + "; 'holdfast restore "
                        + service + " --point " + text(done, "point") + "' brings it back");
            default -> expired(service, done, session);
        }
    }

    private static void create(Arguments arguments, Json.Builder request) {
        if (!arguments.is("--logical")) {
            arguments.value("--type").ifPresent(kind -> request.put("kind", kind));
            return;
        }
        request.put("kind", "logical");
        request.put("extent", arguments.is("--schema-only") ? "schema" : arguments.is("--data-only") ? "data" : "all");
        arguments.value("--database").ifPresent(database -> request.put("database", database));
        request.put("tables", Json.texts(arguments.values("--table")));
    }

    private static int key(String service, Path file, Json done, Session session) {
        try {
            AtomicFile.writePrivate(file, done.at("file").orElse(done).compact().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3636,
                            "the key cannot be written to '" + file + "': " + e.getMessage(),
                            "Name a file in a folder that is there and that you may write to."),
                    e);
        }
        if (session.isJson()) {
            session.json(Json.object()
                    .put("service", service)
                    .put("file", file.toString())
                    .build());
        } else {
            session.line("wrote " + file + ": whoever has it can read every backup of " + service
                    + "; 'holdfast restore --from' needs nothing else");
        }
        return 0;
    }

    private static void verified(Json done, Session session) {
        session.line("backup " + text(done.at("point").orElse(done), "id") + " was restored and is sound ("
                + Amounts.duration(Duration.ofMillis(done.longAt("millis").orElse(0L))) + ")");
        Results.texts(done.itemsAt("found")).forEach(found -> session.line("  " + Quoting.visible(found)));
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
        for (Json problem : done.itemsAt("problems")) {
            session.line("older ones that no rule of keep: asks for are still there: " + text(problem, "cause"));
            session.line("  " + text(problem, "remedy"));
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
