package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Refusals;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackFile;
import dev.holdfast.cli.text.MigrationsText;
import dev.holdfast.cli.text.Moments;
import dev.holdfast.cli.text.ProblemText;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.RehearsalText;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.Engines;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.reader.StackReader;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The migrations of a database: how they stand, running them, and what is done about their record. */
public final class MigrateCommand implements Command {
    private static final List<String> ACTIONS =
            List.of("status", "up", "new", "check", "rehearse", "repair", "adopt", "reset");

    @Override
    public String name() {
        return "migrate";
    }

    @Override
    public String summary() {
        return "run the migrations of a database, and say how they stand";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                        .required("ACTION", String.join(", ", ACTIONS), ACTIONS.toArray(String[]::new))
                        .rest(
                                "SERVICE[/DATABASE]",
                                "whose migrations, where the stack has several; for new, the title of the file")
                        .flag("check: rehearse the pending files, too", "--rehearse")
                        .value("NAME", "rehearse: keep the copy, under this name, to look at", "--keep")
                        .value(
                                "ROWS",
                                "rehearse on an external server: copy all rows however many, or none (all, none)",
                                "--rows")
                        .value("VERSION", "up: the last version to run", "--to")
                        .value("VERSION", "adopt: the last version that the database has already", "--at")
                        .value("SERVICE[/DATABASE]", "new: for which database", "--for")
                        .values("WORD", "reset: the database that is meant, as SERVICE/DATABASE", "--approve"))
                .footer(
                        "status shows each file: applied, pending, failed, interrupted, changed, missing, late or adopted.",
                        "rehearse runs the pending files on a copy that is thrown away, and says what they lock, rewrite and drop there.",
                        "check ends with a status other than 0 where migrate up would not go on, or would do what the stack file forbids.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String action = arguments.positional(0).orElse("status");
        if (!ACTIONS.contains(action)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3301,
                    "'" + action + "' is nothing that migrate does",
                    "Write one of " + String.join(", ", ACTIONS) + "."));
        }
        if (action.equals("new")) {
            return create(arguments, session);
        }
        List<String> rest = arguments.rest(1);
        if (rest.size() > 1) {
            throw new HoldfastException(Problem.of(
                    Code.HF3301,
                    "migrate " + action + " was given " + rest.size() + " services",
                    "Name one at a time."));
        }
        Where where = rest.stream().findFirst().map(Where::of).orElseGet(() -> only(session));
        if (action.equals("rehearse")) {
            return rehearsed(arguments, session, where);
        }
        Json.Builder request = Json.object().put("action", action);
        where.database().ifPresent(database -> request.put("database", database));
        arguments.value("--to").ifPresent(version -> request.put("to", version));
        arguments.value("--at").ifPresent(version -> request.put("at", version));
        if (!arguments.values("--approve").isEmpty()) {
            request.put("approved", Json.texts(arguments.values("--approve")));
        }
        Json done = new Asking(
                        arguments,
                        session,
                        "interrupted: the file at hand is ended or rolled back; migrate status says how far it came")
                .ask("migrate", where.service(), request.build());
        int status = shown(action, done, session);
        return status == 0 && action.equals("check") && arguments.is("--rehearse")
                ? rehearsed(arguments, session, where)
                : status;
    }

    private static int rehearsed(Arguments arguments, Session session, Where where) {
        Json.Builder request = Json.object();
        where.database().ifPresent(database -> request.put("database", database));
        arguments.value("--keep").ifPresent(name -> request.put("keep", name));
        arguments.value("--rows").ifPresent(rows -> request.put("rows", rows));
        Json done = new Asking(arguments, session, "interrupted: the copy is thrown away; the database was not touched")
                .ask("rehearse", where.service(), request.build());
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else {
            new RehearsalText(session.paint()).lines(done).forEach(session::line);
            problems(done, session);
        }
        return Math.toIntExact(done.longAt("exitStatus").orElse(0L));
    }

    private static List<Json> problems(Json done, Session session) {
        List<Json> problems = done.itemsAt("problems");
        problems.forEach(problem -> ProblemText.lines(
                        Refusals.problem(problem), session.surroundings().directory(), session.paint())
                .forEach(session::remark));
        return problems;
    }

    private static int shown(String action, Json done, Session session) {
        boolean told = action.equals("status") || action.equals("check");
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (told) {
            Moments moments = new Moments(InstantSource.system().instant(), ZoneId.systemDefault());
            MigrationsText text = new MigrationsText(session.paint(), moments);
            for (Json database : done.itemsAt("databases")) {
                text.lines(done.textAt("service").orElse(""), database).forEach(session::line);
            }
            if (action.equals("check")) {
                List<Json> problems = problems(done, session);
                session.line(problems.isEmpty() ? "nothing is wrong" : problems.size() + " to be settled");
            }
        } else if (!session.isQuiet()) {
            for (Json database : done.itemsAt("databases")) {
                for (Json sentence : database.itemsAt("done")) {
                    if (sentence instanceof Json.Text(String text)) {
                        session.line(Quoting.visible(text));
                    }
                }
            }
        }
        return Math.toIntExact(done.longAt("exitStatus").orElse(0L));
    }

    private record Where(String service, Optional<String> database) {
        static Where of(String written) {
            int slash = written.indexOf('/');
            return slash < 0
                    ? new Where(written, Optional.empty())
                    : new Where(written.substring(0, slash), Optional.of(written.substring(slash + 1)));
        }
    }

    /** The one service of the stack file here that has migrations. */
    private static Where only(Session session) {
        List<String> found = new ArrayList<>();
        for (Service<?> service : read(session).services().values()) {
            if (!databases(Bound.of(Engines.register(), service)).isEmpty()) {
                found.add(service.name());
            }
        }
        if (found.size() != 1) {
            throw new HoldfastException(Problem.of(
                    Code.HF1535,
                    found.isEmpty()
                            ? "no service of the stack file here has migrations"
                            : "several services have migrations: " + String.join(", ", found),
                    found.isEmpty()
                            ? "Write migrations: with a folder under a database in the stack file."
                            : "Name one, as in: holdfast migrate status " + found.getFirst()));
        }
        return new Where(found.getFirst(), Optional.empty());
    }

    private static Stack read(Session session) {
        return new StackReader(Engines.register()).read(StackFile.chosen(Optional.empty(), session), Optional.empty());
    }

    private static <S extends Record> List<String> databases(Bound<S> bound) {
        return migrations(bound).map(one -> one.databases(bound.service())).orElse(List.of());
    }

    private static <S extends Record> Optional<Migrations<S>> migrations(Bound<S> bound) {
        return bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema)
                        && schema.migrations() instanceof Support.Offered<Migrations<S>>(Migrations<S> offered)
                ? Optional.of(offered)
                : Optional.empty();
    }

    private static int create(Arguments arguments, Session session) {
        Stack stack = read(session);
        Where where = arguments.value("--for").map(Where::of).orElseGet(() -> only(session));
        Service<?> service = Optional.<Service<?>>ofNullable(stack.services().get(where.service()))
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3206,
                        "the stack file has no service '" + where.service() + "'",
                        "Name one of " + String.join(", ", stack.services().keySet()) + ".")));
        Path file = create(Bound.of(Engines.register(), service), where, String.join(" ", arguments.rest(1)));
        if (session.isJson()) {
            session.json(Json.object().put("file", file.toString()).build());
        } else {
            session.line(file.toString());
        }
        return 0;
    }

    private static <S extends Record> Path create(Bound<S> bound, Where where, String title) {
        List<String> databases = databases(bound);
        String database =
                where.database().orElseGet(() -> databases.stream().findFirst().orElse(""));
        if (where.database().isEmpty() && databases.size() > 1) {
            throw new HoldfastException(Problem.of(
                    Code.HF1535,
                    "service '" + where.service() + "' has several databases with migrations",
                    "Name one, as in: --for " + where.service() + "/" + databases.getFirst()));
        }
        return migrations(bound)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF1535,
                        "service '" + where.service() + "' has no migrations",
                        "Name a service that has.")))
                .create(bound.service(), database, title, InstantSource.system().instant());
    }
}
