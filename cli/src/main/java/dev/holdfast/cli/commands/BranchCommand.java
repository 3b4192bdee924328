package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Asking;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.BranchText;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writable copies of a whole stack as it was at one instant. */
public final class BranchCommand implements Command {
    private static final List<String> ACTIONS = List.of(
            "create",
            "list",
            "show",
            "delete",
            "reset",
            "promote",
            "protect",
            "unprotect",
            "expire",
            "connect",
            "env",
            "run");
    private static final String INTERRUPTED = "interrupted: no half of a branch is kept; run the same command again";

    @Override
    public String name() {
        return "branch";
    }

    @Override
    public String summary() {
        return "make writable copies of a whole stack at one instant, and throw them away again";
    }

    @Override
    public Shape shape() {
        return Asking.options(Shape.of(this)
                .required(String.join("|", ACTIONS), "what to do", ACTIONS.toArray(new String[0]))
                .optional("NAME", "the branch; its stack is called STACK@NAME")
                .rest("ARGS", "connect: the service, and after -- what its shell gets; run: the command, after --")
                .value("BRANCH", "create, run: cut from this branch instead of from the stack", "--from")
                .values("SERVICE", "create, run: only this service", "--service")
                .value("TIME", "create: as of this moment, such as 2026-11-20T12:58:07Z, from the backups", "--at")
                .flag(
                        "create, run: copy what can be copied while it serves, and say how far apart the engines are",
                        "--live")
                .flag("create, run, reset: all clients may wait while the data is copied", "--pause-for-copy")
                .flag("create, run: the passwords of the source", "--keep-credentials")
                .flag("create, run: leave what masking: names in the stack file as it is", "--unmasked")
                .value(
                        "DURATION",
                        "create, expire: remove it after that long, such as 8h; never takes it back",
                        "--after")
                .value(
                        "DURATION",
                        "create, run: its services sleep when no client has been connected for that long, such as 5m",
                        "--suspend")
                .values("STACK", "promote: says that this stack is to give up what it holds", "--approve")
                .value("ROLE", "connect, env, run: as this role", "--role", "-r")
                .flag("connect: print the URL, password included", "--url")
                .value("FORMAT", "env: shell, dotenv or json", EnvCommand.FORMATS, "--format")
                .footer("run: exit status of the command; the branch is gone when it ends, whatever ends it."));
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String action = arguments.positional(0).orElse("");
        if (!ACTIONS.contains(action)) {
            throw misunderstood(
                    "there is nothing called '" + action + "' to do with branches",
                    "Say one of " + String.join(", ", ACTIONS) + ".");
        }
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(arguments.value("--stack"), daemon, session);
        if (action.equals("list")) {
            Json answer = daemon.get("/v1/stacks/{}/branches", stack);
            if (session.isJson()) {
                session.json(answer);
            } else {
                list(answer, session);
            }
            return 0;
        }
        String name = arguments
                .positional(1)
                .orElseThrow(() -> misunderstood(
                        "which branch is meant is not said", "Name it, as in 'holdfast branch " + action + " try'."));
        return switch (action) {
            case "show" -> show(daemon, stack, name, session);
            case "connect" -> connect(daemon, branch(stack, name), arguments, session);
            case "env" -> {
                session.text(EnvCommand.written(
                        EnvCommand.variables(daemon, branch(stack, name), arguments.value("--role")),
                        EnvCommand.format(arguments, session)));
                yield 0;
            }
            case "run" -> {
                List<String> command = arguments.rest(2);
                if (command.isEmpty()) {
                    throw misunderstood(
                            "what to run in the branch is not said",
                            "Write it after --, as in 'holdfast branch run " + name + " -- make test'.");
                }
                yield new BranchRun(daemon, session, stack, branch(stack, name), arguments.value("--role"))
                        .run(request("run", name, arguments), command, detail(arguments));
            }
            default -> {
                Json done = ask(daemon, stack, request(action, name, arguments), arguments, session);
                if (session.isJson()) {
                    session.json(Results.withoutEvent(done));
                } else if (!session.isQuiet()) {
                    new BranchText(session.paint()).done(action, done).forEach(session::line);
                }
                yield 0;
            }
        };
    }

    private static Events.Detail detail(Arguments arguments) {
        return arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.RESULTS;
    }

    private static Json ask(Daemon daemon, String stack, Json request, Arguments arguments, Session session) {
        try (Events events = new Events(session, detail(arguments), INTERRUPTED)) {
            return daemon.stream("POST", Client.path("/v1/stacks/{}/branch", stack), request, events);
        }
    }

    private static Json request(String action, String name, Arguments arguments) {
        Json.Builder request = Json.object().put("action", action).put("name", name);
        boolean makes = action.equals("create") || action.equals("run");
        if (makes) {
            arguments.value("--from").ifPresent(from -> request.put("from", from));
            arguments.value("--suspend").ifPresent(time -> request.put("suspend", time));
            request.put("services", Json.texts(arguments.values("--service")))
                    .put("live", arguments.is("--live"))
                    .put("keepCredentials", arguments.is("--keep-credentials"))
                    .put("unmasked", arguments.is("--unmasked"));
        }
        if (makes || action.equals("reset")) {
            request.put("pauseForCopy", arguments.is("--pause-for-copy"));
        }
        if (action.equals("create")) {
            arguments.value("--at").ifPresent(at -> request.put("at", at));
        }
        if (action.equals("create") || action.equals("expire")) {
            Optional<String> after = arguments.value("--after");
            if (after.isEmpty() && action.equals("expire")) {
                throw misunderstood(
                        "when '" + name + "' is to go is not said",
                        "Say it as in --after 8h, or --after never to keep it.");
            }
            after.ifPresent(text -> request.put("after", text));
        }
        if (action.equals("promote")) {
            request.put("approve", Json.texts(arguments.values("--approve")));
        }
        return request.build();
    }

    private static void list(Json answer, Session session) {
        if (answer.itemsAt("branches").isEmpty()) {
            session.remark("there is no branch of "
                    + Quoting.visible(answer.textAt("stack").orElse(""))
                    + "; make one with 'holdfast branch create NAME'");
        } else {
            new BranchText(session.paint()).list(answer).forEach(session::line);
        }
    }

    private static int show(Daemon daemon, String stack, String name, Session session) {
        String branch = branch(stack, name);
        Json found = daemon.get("/v1/stacks/{}/branches", stack).itemsAt("branches").stream()
                .filter(item -> item.textAt("stack").orElse("").equals(branch))
                .findFirst()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3220,
                        "there is no branch '" + branch + "'",
                        "See 'holdfast branch list' for the branches there are.")));
        if (session.isJson()) {
            session.json(found);
        } else {
            new BranchText(session.paint()).show(found).forEach(session::line);
        }
        return 0;
    }

    private static int connect(Daemon daemon, String branch, Arguments arguments, Session session) {
        List<String> rest = new ArrayList<>(arguments.rest(2));
        if (rest.isEmpty()) {
            throw misunderstood(
                    "which service of '" + branch + "' to connect to is not said",
                    "Name it after the branch, as in 'holdfast branch connect try main'.");
        }
        return ConnectCommand.connect(daemon, branch, rest.removeFirst(), arguments, rest, session);
    }

    /** As the daemon names it. */
    static String branch(String stack, String name) {
        int at = stack.indexOf('@');
        return name.indexOf('@') >= 0 ? name : (at < 0 ? stack : stack.substring(0, at)) + "@" + name;
    }

    private static HoldfastException misunderstood(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3301, cause, remedy));
    }
}
