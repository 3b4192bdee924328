package dev.holdfast.cli.commands;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackFile;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Progress;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.engines.Engines;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.reader.StackReader;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.image.Architecture;
import dev.holdfast.targets.local.image.Damage;
import dev.holdfast.targets.local.image.EngineImages;
import dev.holdfast.targets.local.image.Footprint;
import dev.holdfast.targets.local.image.Image;
import dev.holdfast.targets.local.image.Installed;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/** The programs of the engines: what is installed, from where, in which version. */
public final class EnginesCommand implements Command {
    private static final int SHOWN = 20;

    @Override
    public String name() {
        return "engines";
    }

    @Override
    public String summary() {
        return "list, install, verify or remove the programs of the engines";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional(
                        "list|install|verify|remove",
                        "what to do; list otherwise",
                        "list",
                        "install",
                        "verify",
                        "remove")
                .optional(
                        "FILE|DIR|ENGINE",
                        "install: the stack whose engines to install; remove: the engine, as list names it")
                .value("ENVIRONMENT", "install: with this environment of the file", "--env", "-e")
                .flag("install: take the current versions instead of those of the lock file", "--upgrade")
                .footer("Exit status of verify: 0 when every file is as it was installed, 4 otherwise.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        EngineImages images = new EngineImages(
                        session.surroundings().home().create().cache(),
                        session.surroundings().environment(),
                        Architecture.of(System.getProperty("os.name"), System.getProperty("os.arch")),
                        InstantSource.system())
                .withJava(Path.of(System.getProperty("java.home")));
        String action = arguments.positional(0).orElse("list");
        return switch (action) {
            case "list" -> list(images, session);
            case "install" -> install(images, arguments, session);
            case "verify" -> verify(images, session);
            case "remove" -> remove(images, arguments.positional(1), session);
            default ->
                throw new HoldfastException(Problem.of(
                        Code.HF3301,
                        "there is nothing called '" + action + "' to do with engines",
                        "Say one of list, install, verify and remove."));
        };
    }

    private static int list(EngineImages images, Session session) {
        Map<Path, SortedSet<String>> used =
                UsedRoots.of(images, session.surroundings().home());
        List<Installed> installed = images.list(used.keySet());
        Footprint footprint = images.footprint();
        if (session.isJson()) {
            session.json(Json.object()
                    .put(
                            "engines",
                            Json.array(installed.stream()
                                    .map(one -> json(one, stacks(used, one)))
                                    .toList()))
                    .put("installedBytes", footprint.installed())
                    .put("keptBytes", footprint.kept())
                    .build());
        } else if (installed.isEmpty()) {
            session.remark(
                    "no engine is installed; 'holdfast up' and 'holdfast engines install' install what a stack needs");
        } else {
            Table table = new Table();
            table.row(
                    session.paint().faint("ENGINE"),
                    session.paint().faint("VERSION"),
                    session.paint().faint("SIZE"),
                    session.paint().faint("ITS OWN"),
                    session.paint().faint("SINCE"),
                    session.paint().faint("STATE"),
                    session.paint().faint("FROM"));
            for (Installed one : installed) {
                table.row(
                        one.engine(),
                        String.join(", ", one.asked()),
                        Amounts.bytes(one.bytes()),
                        Amounts.bytes(one.ownBytes()),
                        one.date(),
                        state(one, stacks(used, one), session),
                        String.join(", ", one.origins()));
            }
            table.lines().forEach(session::line);
            session.line(Amounts.count(installed.size(), "image") + ", " + Amounts.bytes(footprint.installed())
                    + " on disk, what they share counted once; " + Amounts.bytes(footprint.kept())
                    + " of packages kept to install the same again");
        }
        return 0;
    }

    private static Set<String> stacks(Map<Path, SortedSet<String>> used, Installed one) {
        return used.getOrDefault(one.image().root(), Collections.emptySortedSet());
    }

    private static String state(Installed one, Set<String> stacks, Session session) {
        if (!stacks.isEmpty()) {
            return session.paint().good("used by " + String.join(", ", stacks));
        }
        return one.current() ? "ready" : "replaced";
    }

    private static Json json(Installed one, Set<String> stacks) {
        return Json.object()
                .put("engine", one.engine())
                .put("image", one.image().name())
                .put("root", one.image().root().toString())
                .put("asked", Json.texts(one.asked()))
                .put("from", Json.texts(one.origins()))
                .put("since", one.date())
                .put("bytes", one.bytes())
                .put("ownBytes", one.ownBytes())
                .put("files", one.files())
                .put("current", one.current())
                .put("inUse", one.inUse())
                .put("stacks", Json.texts(List.copyOf(stacks)))
                .put("packages", packages(one.image()))
                .build();
    }

    private static Json packages(Image image) {
        Json.Builder packages = Json.object();
        image.versions().forEach(packages::put);
        return packages.build();
    }

    private static int install(EngineImages images, Arguments arguments, Session session) {
        Path file = StackFile.chosen(arguments.positional(1), session);
        Stack stack = new StackReader(Engines.register()).read(file, arguments.value("--env"));
        List<Programs> wanted = StackPrograms.of(stack, Engines.register());
        Map<Programs, Image> there;
        Progress progress = session.progress();
        dev.holdfast.targets.local.image.Progress shown = step -> {
            if (session.showsProgress()) {
                String phase = step.phase().name().toLowerCase(Locale.ROOT);
                if (step.total() > 0) {
                    progress.at(phase, Quoting.visible(step.what()), step.done(), step.total(), true);
                } else {
                    progress.at(phase, Quoting.visible(step.what()));
                }
            }
        };
        try {
            there = arguments.is("--upgrade") ? images.upgrade(wanted, shown) : images.install(wanted, shown);
        } finally {
            progress.close();
        }
        if (session.isJson()) {
            List<Json> names = new ArrayList<>();
            there.values()
                    .forEach(image -> names.add(Json.object()
                            .put("image", image.name())
                            .put("root", image.root().toString())
                            .put("packages", packages(image))
                            .build()));
            session.json(Json.object().put("installed", Json.array(names)).build());
        } else if (!session.isQuiet()) {
            session.line(Amounts.count(there.size(), "image") + " for " + stack.name() + ": "
                    + String.join(
                            ", ",
                            there.values().stream().map(Image::name).distinct().toList()));
        }
        return 0;
    }

    private static int verify(EngineImages images, Session session) {
        List<Damage> damages = images.verify();
        if (session.isJson()) {
            session.json(Json.object()
                    .put("whole", damages.isEmpty())
                    .put(
                            "damages",
                            Json.array(
                                    damages.stream().map(EnginesCommand::json).toList()))
                    .build());
        } else if (damages.isEmpty()) {
            session.line("every file of every engine is as it was installed");
        } else {
            damages.stream()
                    .limit(SHOWN)
                    .forEach(damage -> session.line(
                            session.paint().bad(damage.kind().name().toLowerCase(Locale.ROOT)) + "  "
                                    + damage.image() + "  "
                                    + Quoting.visible(damage.file().toString()) + "  "
                                    + Quoting.visible(damage.detail())));
            session.line(Amounts.count(damages.size(), "file")
                    + " not as installed; 'holdfast engines remove ENGINE' for each one named, then 'holdfast engines"
                    + " install', puts it right");
        }
        return damages.isEmpty() ? 0 : Results.NOT_READY;
    }

    private static Json json(Damage damage) {
        return Json.object()
                .put("image", damage.image())
                .put("file", damage.file().toString())
                .put("kind", damage.kind().name())
                .put("detail", damage.detail())
                .build();
    }

    private static int remove(EngineImages images, Optional<String> engine, Session session) {
        String name = engine.orElseThrow(() -> new HoldfastException(Problem.of(
                Code.HF3301,
                "no engine is named",
                "Name one of 'holdfast engines list': holdfast engines remove ENGINE.")));
        Set<Path> used = UsedRoots.of(images, session.surroundings().home()).keySet();
        long freed = images.remove(name, used);
        if (session.isJson()) {
            session.json(
                    Json.object().put("removed", name).put("freedBytes", freed).build());
        } else if (!session.isQuiet()) {
            session.line(name + " is removed, " + Amounts.bytes(freed) + " are free again");
        }
        return 0;
    }
}
