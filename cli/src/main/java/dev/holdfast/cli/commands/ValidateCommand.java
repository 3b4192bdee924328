package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackFile;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.engine.Bound;
import dev.holdfast.engines.Engines;
import dev.holdfast.problem.Problems;
import dev.holdfast.reader.ResolvedYaml;
import dev.holdfast.reader.StackReader;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a stack file and says everything that is wrong with it; nothing is started and nobody is asked. */
public final class ValidateCommand implements Command {
    @Override
    public String name() {
        return "validate";
    }

    @Override
    public String summary() {
        return "say everything that is wrong with a stack file, or print what it comes to";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional(
                        "FILE|DIR", "the stack file or its folder; the nearest stack.yaml from here upwards otherwise")
                .value("ENVIRONMENT", "with this environment of the file", "--env", "-e")
                .flag("print the file with its defaults and the environment filled in", "--resolved");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Path file = StackFile.chosen(arguments.positional(0), session);
        Stack stack = new StackReader(Engines.register()).read(file, arguments.value("--env"));
        Problems problems = new Problems();
        stack.services()
                .values()
                .forEach(service -> Bound.of(Engines.register(), service).checkFiles(problems));
        problems.throwIfAny();
        Optional<String> resolved = arguments.is("--resolved") ? Optional.of(ResolvedYaml.of(stack)) : Optional.empty();
        if (session.isJson()) {
            session.json(json(stack, resolved));
        } else if (resolved.isPresent()) {
            session.text(resolved.get());
        } else if (!session.isQuiet()) {
            session.line(file + ": " + stack.name()
                    + stack.environment()
                            .map(environment -> " (" + environment + ")")
                            .orElse("") + ", "
                    + Amounts.count(declared(stack).size(), "service") + ", nothing is wrong");
        }
        return 0;
    }

    private static Json json(Stack stack, Optional<String> resolved) {
        List<Json> services = new ArrayList<>();
        for (Service<?> service : declared(stack)) {
            services.add(Json.object()
                    .put("name", service.name())
                    .put("engine", service.engine())
                    .put("version", service.version())
                    .build());
        }
        Json.Builder result = Json.object().put("stack", stack.name());
        stack.environment().ifPresent(environment -> result.put("environment", environment));
        result.put("services", Json.array(services));
        resolved.ifPresent(yaml -> result.put("resolved", yaml));
        return result.build();
    }

    /** The services of the file; companions belong to one of these. */
    private static List<Service<?>> declared(Stack stack) {
        List<Service<?>> declared = new ArrayList<>();
        for (Service<?> service : stack.services().values()) {
            if (service.parent().isEmpty()) {
                declared.add(service);
            }
        }
        return declared;
    }
}
