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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes, shows, carries and removes tenants of a database. */
public final class TenantCommand implements Command {
    private static final int AT_ONCE = 1_000;
    private static final List<String> ACTIONS = List.of("create", "list", "show", "export", "import", "move", "drop");

    @Override
    public String name() {
        return "tenant";
    }

    @Override
    public String summary() {
        return "create, list, show, export, import, move or drop tenants of a database";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                        .required(
                                "ACTION",
                                "create, list, show, export, import, move or drop",
                                ACTIONS.toArray(String[]::new))
                        .required("SERVICE[/DATABASE]", "the database; it can be left out where one has tenants")
                        .rest("TENANT", "names of new tenants; the name or key of one for all else")
                        .value(
                                "FILE",
                                "create: names, one a line, - for standard input; import: the archive",
                                "--from",
                                "-f")
                        .flag("TENANT is a key, where it could be a name too", "--by-key", "-k")
                        .flag("list: rows and bytes of each tenant", "--sizes")
                        .value("FILE", "export: where the archive goes; drop: where it is kept", "--to-file", "-o")
                        .value("SERVICE[/DATABASE]", "move: where it goes", "--to", "-t")
                        .value("TENANT", "drop it, or with move remove it from where it was", "--approve")
                        .flag("drop: keep no archive of it", "--no-archive"))
                .footer(
                        "An archive is a zip of one CSV file a table; import takes it into any database with the",
                        "same tables. A move copies and compares, and leaves the source until it is approved.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String action = arguments.positional(0).orElse("");
        if (!ACTIONS.contains(action)) {
            throw misused(
                    "'" + action + "' is nothing that is done with tenants",
                    "Write one of " + String.join(", ", ACTIONS) + ".");
        }
        String where = arguments.positional(1).orElse("");
        int slash = where.indexOf('/');
        Json.Builder request = Json.object().put("action", action);
        if (slash >= 0) {
            request.put("database", where.substring(slash + 1));
        }
        List<String> names = arguments.rest(2);
        switch (action) {
            case "create" -> {}
            case "list" -> request.put("sized", arguments.is("--sizes"));
            case "import" ->
                request.put(
                        "file",
                        session.path(arguments
                                        .value("--from")
                                        .orElseThrow(() -> misused("no archive was named", "Add --from FILE.")))
                                .toString());
            default -> {
                if (names.size() != 1) {
                    throw misused(
                            names.isEmpty() ? "no tenant was named" : "several tenants were named",
                            "Name one: holdfast tenant " + action + " " + where + " TENANT.");
                }
                request.put("tenant", names.getFirst());
                request.put("keyed", arguments.is("--by-key"));
            }
        }
        arguments
                .value("--to-file")
                .ifPresent(file -> request.put("file", session.path(file).toString()));
        arguments.value("--approve").ifPresent(tenant -> request.put("approve", tenant));
        request.put("archive", !arguments.is("--no-archive"));
        if (action.equals("move")) {
            request.put(
                    "to",
                    arguments
                            .value("--to")
                            .orElseThrow(() -> misused("nothing says where it goes", "Add --to SERVICE/DATABASE.")));
        }
        Asking asking =
                new Asking(arguments, session, "interrupted: what was begun is finished or undone; run it again");
        String service = slash < 0 ? where : where.substring(0, slash);
        Json done = action.equals("create")
                ? created(asking, service, request, wanted(arguments, session, names))
                : asking.ask("tenant", service, request.build());
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            lines(action, done).forEach(session::line);
        }
        return 0;
    }

    /** In requests of a size that the daemon takes, however many there are. */
    private static Json created(Asking asking, String service, Json.Builder request, List<String> names) {
        List<Json> made = new ArrayList<>();
        List<Json> there = new ArrayList<>();
        for (int from = 0; from < names.size(); from += AT_ONCE) {
            request.put("names", Json.texts(names.subList(from, Math.min(names.size(), from + AT_ONCE))));
            Json part = asking.ask("tenant", service, request.build());
            made.addAll(part.itemsAt("made"));
            there.addAll(part.itemsAt("there"));
        }
        return Json.object()
                .put("made", Json.array(made))
                .put("there", Json.array(there))
                .build();
    }

    private static List<String> wanted(Arguments arguments, Session session, List<String> written) {
        List<String> names = new ArrayList<>(written);
        arguments.value("--from").ifPresent(file -> {
            try {
                String text = file.equals("-")
                        ? new String(session.surroundings().in().readAllBytes(), StandardCharsets.UTF_8)
                        : Files.readString(session.path(file));
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(names::add);
            } catch (IOException e) {
                throw misused(
                        "the names cannot be read: " + e.getMessage(), "Check the path; the file has to be UTF-8.");
            }
        });
        if (names.isEmpty()) {
            throw misused("no name was given", "Write names behind the service, or --from FILE with one a line.");
        }
        return names;
    }

    private static HoldfastException misused(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3301, cause, remedy));
    }

    private static List<String> lines(String action, Json done) {
        return switch (action) {
            case "create" -> created(done);
            case "list" -> listed(done.itemsAt("tenants"));
            case "export" -> {
                List<String> lines = new ArrayList<>(parts(done));
                lines.add("wrote " + Quoting.visible(done.textAt("file").orElse("")));
                yield lines;
            }
            case "move" -> List.of(moved(done));
            case "drop" -> {
                List<String> lines = new ArrayList<>(parts(done));
                lines.add("dropped " + name(done)
                        + done.textAt("archive")
                                .map(file -> "; its rows are in " + Quoting.visible(file))
                                .orElse(""));
                yield lines;
            }
            default -> parts(done);
        };
    }

    private static List<String> created(Json done) {
        List<String> lines = new ArrayList<>();
        List<Json> made = done.itemsAt("made");
        if (made.size() <= 20) {
            Table table = new Table();
            made.forEach(tenant -> table.row(text(tenant, "name"), text(tenant, "key")));
            lines.addAll(table.lines());
        }
        int there = done.itemsAt("there").size();
        lines.add(Amounts.count(made.size(), "tenant") + " created"
                + (there == 0 ? "" : "; " + there + " there already"));
        return lines;
    }

    private static List<String> listed(List<Json> tenants) {
        if (tenants.isEmpty()) {
            return List.of("no tenants");
        }
        boolean sized = tenants.getFirst().longAt("rows").isPresent();
        Table table = sized ? new Table().row("NAME", "KEY", "ROWS", "SIZE") : new Table().row("NAME", "KEY");
        for (Json tenant : tenants) {
            if (sized) {
                table.row(text(tenant, "name"), text(tenant, "key"), rows(tenant), size(tenant));
            } else {
                table.row(text(tenant, "name"), text(tenant, "key"));
            }
        }
        return table.lines();
    }

    private static List<String> parts(Json done) {
        Table table = new Table().row("TABLE", "ROWS", "SIZE");
        done.itemsAt("tables").forEach(part -> table.row(text(part, "table"), rows(part), size(part)));
        List<String> lines = new ArrayList<>();
        lines.add(name(done) + " ("
                + done.at("tenant")
                        .flatMap(t -> t.textAt("key"))
                        .map(Quoting::visible)
                        .orElse("") + ")");
        lines.addAll(table.lines());
        return lines;
    }

    private static String moved(Json done) {
        String copied = done.isAt("copied") ? "copied " : "had copied ";
        return copied
                + name(done)
                + (done.isAt("gone")
                        ? ", compared it, and removed it from where it was"
                        : " and compared it; it is still where it was: run the command with --approve '" + name(done)
                                + "' to remove it there");
    }

    private static String name(Json done) {
        return done.at("tenant")
                .flatMap(tenant -> tenant.textAt("name"))
                .map(Quoting::visible)
                .orElse("");
    }

    private static String text(Json json, String key) {
        return Optional.of(json.textAt(key).orElse("")).map(Quoting::visible).get();
    }

    private static String rows(Json json) {
        return Long.toString(json.longAt("rows").orElse(0L));
    }

    private static String size(Json json) {
        return Amounts.bytes(json.longAt("bytes").orElse(0L));
    }
}
