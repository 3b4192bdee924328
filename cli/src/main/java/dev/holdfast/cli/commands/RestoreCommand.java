package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.StatusText;
import dev.holdfast.cli.text.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.Optional;

/** Brings a saved service back beside what is there. */
public final class RestoreCommand implements Command {
    private static final String INTERRUPTED = "interrupted: nothing of the copy is kept";

    @Override
    public String name() {
        return "restore";
    }

    @Override
    public String summary() {
        return "bring a saved service back, as of any moment, beside what is there";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                .optional("SERVICE", "the service; with --from it is that of the key")
                .value("TIME", "as of this moment, such as 2026-11-20T12:58:07Z", "--at")
                .value("LSN", "as of this position of the write-ahead log", "--lsn")
                .value("POINT", "as of the moment that was named so", "--point", "--name")
                .value("BACKUP", "this backup as it was when it ended", "--backup")
                .value("NAME", "what the copy is called: STACK@NAME; restored where nothing is said", "--as")
                .value("FILE", "from the key that 'backup key' wrote; the source need not exist any more", "--from")
                .value(
                        "TABLE",
                        "only this table, as [database.][schema.]table: it comes back into the source under another name",
                        "--table")
                .flag("only say what would be used, and whether it can be reached", "--dry-run")
                .footer(
                        "The copy is a stack of its own, STACK@NAME: 'status', 'connect' and 'down' know it, and",
                        "'promote' puts its data in the place of the source's."));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Json.Builder request = Json.object();
        arguments.value("--at").ifPresent(at -> request.put("at", at));
        arguments.value("--lsn").ifPresent(lsn -> request.put("lsn", lsn));
        arguments.value("--point").ifPresent(point -> request.put("point", point));
        arguments.value("--backup").ifPresent(backup -> request.put("backup", backup));
        arguments.value("--as").ifPresent(name -> request.put("name", name));
        Optional<String> from = arguments.value("--from");
        Json done;
        if (from.isPresent()) {
            requireNone(
                    arguments,
                    "--dry-run",
                    "what will be used is told before anything is fetched, and Ctrl-C keeps nothing");
            requireNone(arguments, "--table", "restore all of it, and take the table out of the copy with pg_dump");
            request.put("key", session.path(from.get()).toAbsolutePath().toString());
            Daemon daemon = Daemon.ensured(session.surroundings());
            try (Events events = new Events(
                    session, arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.STEPS, INTERRUPTED)) {
                done = daemon.stream("POST", "/v1/restore", request.build(), events);
            }
        } else {
            String service = arguments
                    .positional(0)
                    .orElseThrow(() -> new HoldfastException(Problem.of(
                            Code.HF3301,
                            "which service to restore is not said",
                            "Name it, as in 'holdfast restore main', or give the key of its backups with --from.")));
            if (arguments.is("--dry-run")) {
                request.put("dry", true);
            }
            arguments.value("--table").ifPresent(table -> request.put("table", table));
            done = new Asking(arguments, session, INTERRUPTED).ask("restore", service, request.build());
        }
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            shown(done, session);
        }
        return 0;
    }

    /** What a key alone cannot do is refused: to do something else in its place would be worse. */
    private static void requireNone(Arguments arguments, String option, String instead) {
        if (arguments.is(option)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3301,
                    option + " is only for a stack that is up here, not for a key (--from)",
                    "Leave it out: " + instead + "."));
        }
    }

    private static void shown(Json done, Session session) {
        if (done.isAt("dry")) {
            plan(done.at("restoration").orElse(done), session);
            return;
        }
        String took = Amounts.duration(Duration.ofMillis(done.longAt("millis").orElse(0L)));
        Optional<String> table = done.textAt("table");
        if (table.isPresent()) {
            session.line("restored " + Quoting.visible(table.get()) + " as "
                    + Quoting.visible(done.textAt("into").orElse("")) + " in " + took);
            for (Json left : done.itemsAt("left")) {
                if (left instanceof Json.Text(String text)) {
                    session.line("left out: " + Quoting.visible(text));
                }
            }
            return;
        }
        String copy = Quoting.visible(done.textAt("copy").orElse(""));
        session.line("restored " + text(done, "service") + " as " + copy + " in " + took);
        done.at("status")
                .ifPresent(
                        status -> new StatusText(session.paint()).lines(status).forEach(session::line));
        session.line("");
        session.line("next: holdfast connect " + text(done, "service") + " --stack " + copy + ", holdfast promote "
                + copy + ", holdfast down " + copy + " --purge");
    }

    private static void plan(Json plan, Session session) {
        Json backup = plan.at("backup").orElse(plan);
        Table table = new Table();
        table.row(
                "backup", text(backup, "id") + " (" + text(backup, "kind") + ", ended " + text(backup, "ended") + ")");
        table.row("replays", text(plan, "changes"));
        plan.textAt("until").ifPresent(until -> table.row("comes up as of", until));
        table.row("disk", Amounts.bytes(plan.longAt("bytes").orElse(0L)));
        table.row("reads", Amounts.bytes(plan.longAt("fetchedBytes").orElse(0L)));
        plan.at("reach")
                .ifPresent(reach -> table.row("reachable", text(reach, "earliest") + " to " + text(reach, "latest")));
        for (String note : Results.texts(plan.itemsAt("notes"))) {
            table.row("note", Quoting.visible(note));
        }
        table.lines().forEach(session::line);
    }

    private static String text(Json json, String key) {
        return json.textAt(key).map(Quoting::visible).orElse("");
    }
}
