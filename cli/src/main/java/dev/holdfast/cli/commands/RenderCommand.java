package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackFile;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.engines.Engines;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.reader.StackReader;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.OutputFolder;
import dev.holdfast.target.Target;
import dev.holdfast.targets.compose.ComposeTarget;
import dev.holdfast.targets.local.Home;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Carries a stack to another place as files. */
public final class RenderCommand implements Command {
    private static final List<Target> TARGETS = List.of(new ComposeTarget());

    @Override
    public String name() {
        return "render";
    }

    @Override
    public String summary() {
        return "write the files that run a stack elsewhere: compose";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .required(
                        "TARGET", "compose", TARGETS.stream().map(Target::name).toArray(String[]::new))
                .optional(
                        "FILE|DIR", "the stack file or its folder; the nearest stack.yaml from here upwards otherwise")
                .value("ENVIRONMENT", "with this environment of the file", "--env", "-e")
                .value("DIR", "where to; a folder called as the target beside the stack file otherwise", "-o", "--out")
                .verbose()
                .footer(
                        "Passwords are generated at the first render, kept in the encrypted store of this user, and written",
                        "as files of their own. What somebody else wrote or edited in the folder is never overwritten.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String name = arguments.positional(0).orElse("");
        Target target = TARGETS.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3301,
                        "there is no target '" + name + "' to render to",
                        "Name one of: "
                                + String.join(
                                        ", ", TARGETS.stream().map(Target::name).toList())
                                + ".")));
        Path file = StackFile.chosen(arguments.positional(1), session);
        Optional<String> environment = arguments.value("--env");
        Stack stack = new StackReader(Engines.register()).read(file, environment);
        Path folder = arguments
                .value("--out")
                .map(session::path)
                .orElseGet(() -> file.toAbsolutePath().resolveSibling(name));
        OutputFolder.Written result = new OutputFolder(folder)
                .write(
                        name + "/" + stack.name(),
                        target.render(stack, Engines.register(), secrets(name, stack, session)));
        if (session.isJson()) {
            session.json(Json.object()
                    .put("folder", folder.toString())
                    .put("written", Json.texts(result.written()))
                    .put("unchanged", Json.texts(result.unchanged()))
                    .put("removed", Json.texts(result.removed()))
                    .build());
        } else if (!session.isQuiet()) {
            if (arguments.is("--verbose")) {
                result.written().forEach(path -> session.line(session.paint().good("written") + "  " + path));
            }
            result.removed().forEach(path -> session.line(session.paint().careful("removed") + "  " + path));
            session.line(Amounts.count(result.written().size(), "file") + " written, "
                    + result.unchanged().size() + " unchanged, in " + folder);
            session.line(session.paint().faint("next: ") + "docker compose --project-directory "
                    + Quoting.shell(folder.toString()) + " up --detach --wait");
        }
        return 0;
    }

    /** Apart from the passwords of the stack on this machine: who has one place's must not have the other's. */
    private static Target.Secrets secrets(String target, Stack stack, Session session) {
        Home home = session.surroundings().home().create();
        String place = stack.name()
                + stack.environment().map(environment -> "-" + environment).orElse("");
        Path file =
                home.data().resolve("renders").resolve(target).resolve(place).resolve("secrets.enc");
        SecureRandom random = new SecureRandom();
        SecretStore store = new SecretStore(file, home.data().resolve("key"), stack.name(), random);
        return Target.Secrets.of(store, new CertificateAuthority(stack.name(), store, InstantSource.system(), random));
    }
}
