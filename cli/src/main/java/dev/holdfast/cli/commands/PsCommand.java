package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.cli.text.Table;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every member of every stack that is up, or of one stack. */
public final class PsCommand implements Command {
    @Override
    public String name() {
        return "ps";
    }

    @Override
    public String summary() {
        return "list the processes of all stacks that are up, or of one stack";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("STACK", "only this stack")
                .value("STACK", "the same, as an option", "--stack", "-s");
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        Optional<String> named = Choices.stack(arguments);
        List<Json> members = new ArrayList<>();
        for (String stack : named.map(List::of).orElseGet(() -> up(daemon))) {
            for (Json service : daemon.get("/v1/stacks/{}/status", stack).itemsAt("services")) {
                for (Json member : service.itemsAt("members")) {
                    members.add(described(stack, service, member));
                }
            }
        }
        if (session.isJson()) {
            session.json(Json.object().put("members", Json.array(members)).build());
        } else if (members.isEmpty()) {
            session.remark("nothing runs");
        } else {
            table(members, session).lines().forEach(session::line);
        }
        return 0;
    }

    private static List<String> up(Daemon daemon) {
        List<String> names = new ArrayList<>();
        for (Json stack : daemon.get("/v1/stacks").itemsAt("stacks")) {
            if (stack.textAt("desired").orElse("").equals("up")) {
                stack.textAt("name").ifPresent(names::add);
            }
        }
        return names;
    }

    private static Json described(String stack, Json service, Json member) {
        Json.Builder row = Json.object()
                .put("stack", stack)
                .put("service", service.textAt("name").orElse(""))
                .put("engine", service.textAt("engine").orElse(""));
        if (member instanceof Json.Members(Map<String, Json> values)) {
            values.forEach(row::put);
        }
        return row.build();
    }

    private static Table table(List<Json> members, Session session) {
        Table table = new Table();
        table.row(
                session.paint().faint("STACK"),
                session.paint().faint("MEMBER"),
                session.paint().faint("ROLE"),
                session.paint().faint("STATE"),
                session.paint().faint("PID"),
                session.paint().faint("MEMORY"));
        for (Json member : members) {
            table.row(
                    text(member, "stack"),
                    text(member, "name"),
                    text(member, "role"),
                    member.isAt("ready")
                            ? text(member, "state")
                            : session.paint().careful(text(member, "state")),
                    member.longAt("pid").map(pid -> Long.toString(pid)).orElse("-"),
                    member.longAt("rssBytes").map(Amounts::bytes).orElse("-"));
        }
        return table;
    }

    private static String text(Json item, String key) {
        return Quoting.visible(item.textAt(key).orElse(""));
    }
}
