package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Moments;
import dev.holdfast.cli.text.Paint;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.text.Json;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was changed by hand since the file was applied, and by whom where that is known. */
public final class DriftCommand implements Command {
    /** As diff has it, so that a pipeline can tell a difference from a failure. */
    static final int FOUND = 1;

    @Override
    public String name() {
        return "drift";
    }

    @Override
    public String summary() {
        return "show what was changed by hand, and by whom where that is known";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                .optional("SERVICE", "only this service; all otherwise")
                .flag("also fail for what the file says nothing of", "--strict"));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Optional<String> only = arguments.positional(0);
        List<String> services = only.map(List::of).orElseGet(() -> services(arguments, session));
        Asking asking = new Asking(arguments, session, "interrupted: nothing was changed");
        List<Json> drifts = new ArrayList<>();
        for (String service : services) {
            drifts.addAll(asking.ask("drift", service, Json.object().build()).itemsAt("drift"));
        }
        boolean strict = arguments.is("--strict");
        long counted = drifts.stream()
                .filter(drift -> strict || !text(drift, "kind").equals("undeclared"))
                .count();
        if (session.isJson()) {
            session.json(Json.object()
                    .put("found", counted > 0)
                    .put("drift", Json.array(drifts))
                    .build());
        } else if (!session.isQuiet()) {
            Moments moments = new Moments(InstantSource.system().instant(), ZoneId.systemDefault());
            lines(drifts, session.paint(), moments).forEach(session::line);
        }
        return counted > 0 ? FOUND : 0;
    }

    private static List<String> services(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(arguments.value("--stack"), daemon, session);
        return daemon.get("/v1/stacks/{}/status", stack).itemsAt("services").stream()
                .flatMap(service -> service.textAt("name").stream())
                .toList();
    }

    static List<String> lines(List<Json> drifts, Paint paint, Moments moments) {
        List<String> lines = new ArrayList<>();
        for (Json drift : drifts) {
            String sign = switch (text(drift, "kind")) {
                case "undeclared" -> paint.faint("?");
                case "overdue" -> paint.bad("!");
                default -> paint.bad("~");
            };
            lines.add(sign + " " + paint.strong(text(drift, "where")) + "  " + text(drift, "what"));
            Optional<Instant> at = drift.textAt("at").map(Instant::parse);
            String when =
                    at.map(moment -> moment + " (" + moments.ago(moment) + ")").orElse("");
            Optional<String> who = drift.textAt("who").map(Quoting::visible);
            if (who.isPresent() || !when.isEmpty()) {
                lines.add(
                        "    " + who.map(name -> "by " + name + " ").orElse("") + (when.isEmpty() ? "" : "at " + when));
            }
            drift.textAt("statement")
                    .ifPresent(statement -> lines.add("    " + paint.faint(Quoting.visible(statement))));
            drift.textAt("unknown")
                    .ifPresent(why -> lines.add("    " + paint.faint("by whom: " + Quoting.visible(why))));
        }
        if (drifts.isEmpty()) {
            lines.add("everything is as the file says");
        }
        return lines;
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
