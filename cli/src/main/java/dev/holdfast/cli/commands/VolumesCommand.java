package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Bytes;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the data of stacks lives. */
public final class VolumesCommand implements Command {
    private static final List<String> ACTIONS =
            List.of("list", "create", "convert", "grow", "usage", "remove", "default", "mend", "drivers");
    private static final List<String> DRIVERS = List.of("copy", "reflink", "btrfs", "xfs-image", "btrfs-image");

    @Override
    public String name() {
        return "volumes";
    }

    @Override
    public String summary() {
        return "list, make, grow and remove the places where the data of stacks lives, and move stacks between them";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional(
                        "ACTION",
                        "list, create, convert, grow, usage, remove, default, mend or drivers; list where nothing is said",
                        ACTIONS.toArray(String[]::new))
                .optional("NAME", "the volume; for convert the stack, which must be down")
                .value(
                        "DRIVER",
                        "create: " + String.join(", ", DRIVERS)
                                + "; the best that this machine can do where nothing is said",
                        DRIVERS,
                        "--driver")
                .value("SIZE", "create, grow: the size of an image, such as 20Gi", "--size")
                .value("FOLDER", "create: where a volume lives that is no image", "--at")
                .flag("create: an image takes of the disk only what is in it, and can find the disk full", "--sparse")
                .flag("create: new stacks begin in it", "--default")
                .value("VOLUME", "convert: where the stack's data goes", "--to", "-t")
                .verbose()
                .footer(
                        "A volume that clones files (reflink, btrfs, images) makes branches that share what neither side",
                        "has changed. 'drivers' says which of them this machine can do, and why not the others. Images",
                        "need root. A stack without a place of its own lives in 'home', Holdfast's own folder.");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        String action = arguments.positional(0).orElse("list");
        if (!ACTIONS.contains(action)) {
            throw misused(
                    "'" + action + "' is nothing that is done with volumes",
                    "Write one of " + String.join(", ", ACTIONS) + ".");
        }
        Daemon daemon = Daemon.ensured(session.surroundings());
        switch (action) {
            case "list" -> shown(daemon.get("/v1/volumes"), VolumesCommand::list, session);
            case "drivers" -> shown(daemon.get("/v1/volumes"), VolumesCommand::drivers, session);
            case "usage" -> shown(usage(daemon, arguments.positional(1)), VolumesCommand::usage, session);
            default -> shown(done(action, daemon, arguments, session), json -> done(action, json), session);
        }
        return 0;
    }

    private interface Lines {
        List<String> of(Json answer);
    }

    private static void shown(Json answer, Lines lines, Session session) {
        if (session.isJson()) {
            session.json(Results.withoutEvent(answer));
        } else {
            lines.of(answer).forEach(session::line);
        }
    }

    private static Json done(String action, Daemon daemon, Arguments arguments, Session session) {
        String name = arguments
                .positional(1)
                .orElseThrow(() -> misused(
                        action.equals("convert") ? "no stack is named" : "no volume is named",
                        "Name it: holdfast volumes " + action + " NAME."));
        Json.Builder body = Json.object();
        String path = Client.path("/v1/volumes/{}/{}", name, action);
        switch (action) {
            case "create" -> {
                path = "/v1/volumes";
                body.put("name", name);
                arguments.value("--driver").ifPresent(driver -> body.put("driver", driver));
                arguments.value("--size").ifPresent(size -> body.put("size", bytes(size)));
                arguments
                        .value("--at")
                        .ifPresent(at ->
                                body.put("at", session.path(at).toAbsolutePath().toString()));
                body.put("sparse", arguments.is("--sparse"));
                body.put("default", arguments.is("--default"));
            }
            case "grow" ->
                body.put(
                        "size",
                        bytes(arguments
                                .value("--size")
                                .orElseThrow(() -> misused(
                                        "nothing says how large it is to be", "Add --size SIZE, such as 40Gi."))));
            case "convert" -> {
                path = Client.path("/v1/stacks/{}/convert", name);
                body.put(
                        "to",
                        arguments
                                .value("--to")
                                .orElseThrow(() -> misused(
                                        "nothing says where the data of " + name + " goes",
                                        "Add --to VOLUME; see 'holdfast volumes' for those there are.")));
            }
            default -> {}
        }
        try (Events events = new Events(
                session,
                arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.STEPS,
                "interrupted: what was there is unchanged; run it again")) {
            return daemon.stream("POST", path, body.build(), events);
        }
    }

    private static long bytes(String written) {
        return Bytes.parse(written)
                .map(Bytes::count)
                .orElseThrow(() -> misused(
                        "'" + written + "' is no size", "Write a whole number with its unit, such as 512Mi or 20Gi."));
    }

    private static List<String> done(String action, Json done) {
        Json volume = done.at("volume").orElse(done);
        String name = text(volume, "name");
        List<String> lines = new ArrayList<>();
        switch (action) {
            case "create" -> {
                lines.add("made volume " + name + " (" + text(volume, "driver") + ", " + free(volume) + " free) at "
                        + text(volume, "path"));
                lines.add("next: holdfast volumes convert STACK --to " + name
                        + (volume.isAt("default")
                                ? "; new stacks begin there"
                                : ", or 'holdfast volumes default " + name + "' for all new stacks"));
            }
            case "grow" ->
                lines.add("volume " + name + " has "
                        + Amounts.bytes(volume.longAt("sizeBytes").orElse(0L)) + " now, " + free(volume)
                        + " of them free");
            case "convert" ->
                lines.add("the data of " + text(done, "stack") + " is in volume " + text(done, "to")
                        + " now; what was in " + text(done, "from") + " is removed");
            case "remove" -> lines.add("volume " + text(done, "volume") + " is removed");
            case "default" -> lines.add("new stacks begin in volume " + name);
            default -> lines.add("volume " + name + " is " + text(volume, "state"));
        }
        return lines;
    }

    private static Json usage(Daemon daemon, Optional<String> name) {
        if (name.isPresent()) {
            return daemon.get("/v1/volumes/{}/usage", name.get());
        }
        List<Json> all = new ArrayList<>();
        for (Json volume : daemon.get("/v1/volumes").itemsAt("volumes")) {
            String state = volume.textAt("state").orElse("");
            if (!state.equals("unfinished") && !state.equals("not mounted")) {
                all.add(daemon.get("/v1/volumes/{}/usage", volume.textAt("name").orElse("")));
            }
        }
        return Json.object().put("volumes", Json.array(all)).build();
    }

    private static List<String> usage(Json answer) {
        List<Json> volumes = answer.at("volume").isPresent() ? List.of(answer) : answer.itemsAt("volumes");
        Table table = new Table().row("VOLUME", "STACK", "OWN", "SHARED");
        for (Json one : volumes) {
            String name = one.at("volume").map(volume -> text(volume, "name")).orElse("");
            for (Json stack : one.itemsAt("stacks")) {
                table.row(name, text(stack, "stack"), amount(stack, "ownBytes"), amount(stack, "sharedBytes"));
            }
        }
        return table.lines();
    }

    private static String amount(Json json, String key) {
        return json.longAt(key).map(Amounts::bytes).orElse("unknown");
    }

    private static List<String> list(Json answer) {
        Table table = new Table().row("VOLUME", "DRIVER", "STATE", "FREE", "SIZE", "STACKS");
        List<String> below = new ArrayList<>();
        for (Json volume : answer.itemsAt("volumes")) {
            table.row(
                    text(volume, "name") + (volume.isAt("default") ? " *" : ""),
                    text(volume, "driver"),
                    text(volume, "state"),
                    free(volume),
                    volume.longAt("sizeBytes").map(Amounts::bytes).orElse("-"),
                    Quoting.visible(String.join(" ", Results.texts(volume.itemsAt("stacks")))));
            volume.at("problem")
                    .flatMap(problem -> problem.textAt("cause")
                            .map(cause ->
                                    cause + "; " + problem.textAt("remedy").orElse("")))
                    .map(Quoting::visible)
                    .ifPresent(below::add);
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("* new stacks begin here");
        lines.addAll(below);
        return lines;
    }

    private static List<String> drivers(Json answer) {
        Table table = new Table().row("DRIVER", "HERE", "BRANCHES", "BECAUSE");
        for (Json driver : answer.itemsAt("drivers")) {
            table.row(
                    text(driver, "driver"),
                    driver.isAt("offered") ? "yes" : "no",
                    driver.isAt("atomic")
                            ? "share, of one instant"
                            : driver.isAt("copyOnWrite") ? "share, cut in a pause" : "whole copies",
                    driver.at("problem")
                            .flatMap(problem -> problem.textAt("cause"))
                            .map(Quoting::visible)
                            .orElse(""));
        }
        return table.lines();
    }

    private static String free(Json volume) {
        return volume.longAt("freeBytes").map(Amounts::bytes).orElse("-");
    }

    private static HoldfastException misused(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3301, cause, remedy));
    }

    private static String text(Json json, String key) {
        return Quoting.visible(json.textAt(key).orElse(""));
    }
}
