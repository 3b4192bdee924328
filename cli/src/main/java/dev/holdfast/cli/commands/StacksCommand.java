package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Moments;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.text.Json;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;

/** Every stack this user has, up or down. */
public final class StacksCommand implements Command {
    @Override
    public String name() {
        return "stacks";
    }

    @Override
    public String summary() {
        return "list all stacks of this user, up or down";
    }

    @Override
    public Shape shape() {
        return Shape.of(this);
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Json answer = Daemon.ensured(session.surroundings()).get("/v1/stacks");
        List<Json> stacks = answer.itemsAt("stacks");
        if (session.isJson()) {
            session.json(answer);
        } else if (stacks.isEmpty()) {
            session.remark("no stack is known here; start one with 'holdfast up path/to/stack.yaml'");
        } else {
            table(stacks, session).lines().forEach(session::line);
        }
        return 0;
    }

    private static Table table(List<Json> stacks, Session session) {
        Table table = new Table();
        table.row(
                session.paint().faint("STACK"),
                session.paint().faint("ENVIRONMENT"),
                session.paint().faint("WANTED"),
                session.paint().faint("RUNNING"),
                session.paint().faint("FILE"));
        for (Json stack : families(stacks)) {
            if (stack.at("problem").isPresent()) {
                table.row(
                        text(stack, "name"),
                        "",
                        session.paint().bad("unreadable"),
                        "",
                        Quoting.visible(stack.at("problem")
                                .flatMap(p -> p.textAt("cause"))
                                .orElse("")));
                continue;
            }
            boolean derived = isDerived(stack);
            table.row(
                    (derived ? "└ " : "") + session.paint().strong(text(stack, "name")),
                    stack.textAt("environment").map(Quoting::visible).orElse("-"),
                    text(stack, "desired"),
                    stack.longAt("running").orElse(0L) + " of "
                            + stack.longAt("members").orElse(0L),
                    derived
                            ? derived(stack.at("derived").orElseThrow(), session)
                            : text(stack, "source") + state(text(stack, "sourceState"), session));
        }
        return table;
    }

    /** Each derived stack below the one it was made from. */
    private static List<Json> families(List<Json> stacks) {
        return stacks.stream()
                .sorted(Comparator.comparing((Json stack) -> stack.at("derived")
                                .flatMap(derived -> derived.textAt("from"))
                                .orElseGet(() -> stack.textAt("name").orElse("")))
                        .thenComparing(StacksCommand::isDerived)
                        .thenComparing(stack -> stack.textAt("name").orElse("")))
                .toList();
    }

    private static String derived(Json derived, Session session) {
        String how = Quoting.visible(derived.textAt("how").orElse(""));
        if (!derived.isAt("filled")) {
            return how + session.paint().careful(" (being made)");
        }
        Moments moments = new Moments(InstantSource.system().instant(), ZoneId.systemDefault());
        return how + " " + moments.ago(Instant.parse(derived.textAt("made").orElseThrow()));
    }

    private static boolean isDerived(Json stack) {
        return stack.at("derived").flatMap(derived -> derived.textAt("from")).isPresent();
    }

    private static String state(String sourceState, Session session) {
        return switch (sourceState) {
            case "changed" -> session.paint().careful(" (changed since it was applied)");
            case "missing" -> session.paint().bad(" (not there any more)");
            default -> "";
        };
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
