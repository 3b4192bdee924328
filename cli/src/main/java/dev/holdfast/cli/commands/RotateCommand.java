package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Moments;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Durations;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;

/** New passwords while the old ones are in use, and how old they are. */
public final class RotateCommand implements Command {
    @Override
    public String name() {
        return "rotate";
    }

    @Override
    public String summary() {
        return "replace passwords without a failed connection, or show how old they are";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                .required("SERVICE", "the service")
                .optional("ROLE", "this role only; without a role or --all the ages are shown")
                .flag("every login of the service, Holdfast's own among them", "--all", "-a")
                .flag("take the old password away now, before its grace is over", "--finish", "-f")
                .value(
                        "TIME",
                        "how long the old password stays good, as in 30m; as the file says otherwise",
                        "--grace",
                        "-g"));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String service = arguments.positional(0).orElse("");
        Optional<String> role = arguments.positional(1);
        boolean all = arguments.is("--all");
        boolean finish = arguments.is("--finish");
        if (role.isPresent() && all) {
            throw misunderstood("both a role and --all are given", "Give one of the two.");
        }
        if (finish && role.isEmpty() && !all) {
            throw misunderstood("--finish is given without a role", "Name the role, or add --all.");
        }
        if (finish && arguments.value("--grace").isPresent()) {
            throw misunderstood("--finish ends the grace that --grace would give", "Give one of the two.");
        }
        String action = finish ? "finish" : role.isPresent() || all ? "begin" : "list";
        Json.Builder request = Json.object().put("action", action).put("all", all);
        role.ifPresent(name -> request.put("role", name));
        arguments
                .value("--grace")
                .ifPresent(text -> request.put("graceMillis", grace(text).toMillis()));
        Json done = new Asking(arguments, session, "interrupted: run the same command again, and it goes on")
                .ask("rotate", service, request.build());
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (action.equals("list")) {
            Moments moments = new Moments(InstantSource.system().instant(), ZoneId.systemDefault());
            list(done, moments, session);
        } else if (!session.isQuiet()) {
            done.itemsAt("rotated").forEach(one -> rotated(one, service, session));
        }
        return 0;
    }

    private static Duration grace(String text) {
        return Durations.parse(text)
                .orElseThrow(() ->
                        misunderstood("'" + text + "' is not a time", "Write a number and its unit, as in 30m or 2h."));
    }

    private static void list(Json done, Moments moments, Session session) {
        Table table = new Table().row("LOGIN", "SINCE", "PASSWORDS", "");
        for (Json login : done.itemsAt("logins")) {
            String state = text(login, "state");
            String passwords = state.equals("one")
                    ? "one"
                    : state
                            + login.textAt("until")
                                    .map(until -> ", the old one until " + until)
                                    .orElse("");
            table.row(
                    text(login, "role"),
                    login.textAt("since")
                            .map(since -> moments.ago(Instant.parse(since)))
                            .orElse("unknown"),
                    passwords,
                    login.textAt("complaint").map(Quoting::visible).orElse(""));
        }
        table.lines().forEach(session::line);
    }

    private static void rotated(Json one, String service, Session session) {
        String role = text(one, "role");
        if (text(one, "state").equals("one")) {
            long left = one.longAt("left").orElse(0L);
            session.line(role + ": only the new password is good"
                    + (left == 0 ? "" : "; " + left + " sessions that came in with the old one go on until they end"));
            return;
        }
        session.line(role + ": two passwords are good; the new one belongs to the login " + text(one, "login")
                + ", the old one ends at " + text(one, "until"));
        session.remark("clients get the new one with: holdfast env --role " + role
                + "; when all have it: holdfast rotate " + service + " " + role + " --finish");
    }

    private static HoldfastException misunderstood(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3301, cause, remedy));
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
