package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The variables a program needs to use the stack. They hold passwords: that is what they are for. */
public final class EnvCommand implements Command {
    static final List<String> FORMATS = List.of("shell", "dotenv", "json");

    @Override
    public String name() {
        return "env";
    }

    @Override
    public String summary() {
        return "print the variables a program needs, DATABASE_URL and the like, passwords included";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("STACK", "the stack; the one of the stack file here otherwise")
                .value("STACK", "the stack, where no word names it", "--stack", "-s")
                .value("ROLE", "as this role; the one an application would use otherwise", "--role", "-r")
                .value("FORMAT", "shell, dotenv or json; shell otherwise", FORMATS, "--format")
                .footer("In a shell: eval \"$(holdfast env)\"");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String format = format(arguments, session);
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(Choices.stack(arguments), daemon, session);
        session.text(written(variables(daemon, stack, arguments.value("--role")), format));
        return 0;
    }

    static String format(Arguments arguments, Session session) {
        String format = arguments.value("--format").orElse(session.isJson() ? "json" : "shell");
        if (!FORMATS.contains(format)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3301,
                    "'" + format + "' is no format",
                    "Give --format one of " + String.join(", ", FORMATS) + "."));
        }
        return format;
    }

    static Json variables(Daemon daemon, String stack, Optional<String> role) {
        String path = Client.path("/v1/stacks/{}/environment", stack)
                + role.map(name -> Client.path("?role={}", name)).orElse("");
        return daemon.getPath(path)
                .at("variables")
                .orElseGet(() -> Json.object().build());
    }

    static String written(Json variables, String format) {
        if (format.equals("json")) {
            return variables.pretty();
        }
        StringBuilder text = new StringBuilder();
        if (variables instanceof Json.Members(Map<String, Json> values)) {
            for (Map.Entry<String, Json> entry : new TreeMap<>(values).entrySet()) {
                if (entry.getValue() instanceof Json.Text(String value)) {
                    text.append(
                                    format.equals("shell")
                                            ? "export " + entry.getKey() + "=" + Quoting.shell(value)
                                            : entry.getKey() + "=" + Quoting.dotenv(value))
                            .append('\n');
                }
            }
        }
        return text.toString();
    }
}
