package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Replacement;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens the engine's own shell in place of this process, or prints the URL that would. */
public final class ConnectCommand implements Command {
    /** What a shell must know of its terminal. Anything else of ours ({@code PGHOST}) would mislead it. */
    private static final List<String> TERMINAL = List.of("TERM", "COLORTERM", "LANG", "LC_ALL", "TZ");

    @Override
    public String name() {
        return "connect";
    }

    /** No text of a refusal holds a secret. */
    private static String withoutPassword(String url) {
        try {
            URI uri = new URI(url);
            return uri.getScheme() + "://" + uri.getHost() + ":" + uri.getPort()
                    + Optional.ofNullable(uri.getPath()).orElse("");
        } catch (URISyntaxException unreadable) {
            return "the address that 'holdfast status' names";
        }
    }

    @Override
    public String summary() {
        return "open psql, redis-cli or what the service has, or print its URL";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .required("SERVICE", "the service, or its pooler (main-pooler)")
                .rest("ARGS", "what to hand to the engine's shell, after --")
                .value("STACK", "the stack; the one of the stack file here otherwise", "--stack", "-s")
                .value("ROLE", "as this role; the one an application would use otherwise", "--role", "-r")
                .flag("print the URL, password included, instead of connecting", "--url")
                .footer("Exit status: that of the engine's shell; 3 where the engine has none.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(arguments.value("--stack"), daemon, session);
        return connect(daemon, stack, arguments.positional(0).orElse(""), arguments, arguments.rest(1), session);
    }

    /** The same for whoever knows the stack; {@code --role} and {@code --url} are read from the arguments. */
    static int connect(
            Daemon daemon, String stack, String service, Arguments arguments, List<String> rest, Session session) {
        String path = Client.path("/v1/stacks/{}/connect/{}", stack, service)
                + arguments
                        .value("--role")
                        .map(role -> Client.path("?role={}", role))
                        .orElse("");
        Json door = daemon.getPath(path);
        if (arguments.is("--url")) {
            String url = door.textAt("url").orElse("");
            session.text(
                    session.isJson() ? Json.object().put("url", url).build().pretty() : url + "\n");
            return 0;
        }
        List<String> command = new ArrayList<>();
        for (Json word : door.itemsAt("command")) {
            if (word instanceof Json.Text(String text)) {
                command.add(text);
            }
        }
        if (command.isEmpty()) {
            // what was meant for the engine's shell must never become the program
            throw new HoldfastException(Problem.of(
                    Code.HF3308,
                    "service '" + service + "'"
                            + door.textAt("engine")
                                    .map(engine -> " (" + engine + ")")
                                    .orElse("")
                            + " has no shell of its own",
                    "It answers at " + withoutPassword(door.textAt("url").orElse(""))
                            + "; a client of yours finds all it needs in: eval \"$(holdfast env --stack "
                            + Quoting.shell(stack) + ")\""));
        }
        command.addAll(rest);
        Map<String, String> environment = new LinkedHashMap<>();
        for (String kept : TERMINAL) {
            Optional.ofNullable(session.surroundings().environment().get(kept))
                    .ifPresent(value -> environment.put(kept, value));
        }
        if (door.at("environment").orElseGet(() -> Json.object().build())
                instanceof Json.Members(Map<String, Json> values)) {
            values.forEach((name, value) -> {
                if (value instanceof Json.Text(String text)) {
                    environment.put(name, text);
                }
            });
        }
        session.surroundings().out().flush();
        return Replacement.by(command, environment);
    }
}
