package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.text.Json;
import java.util.List;
import java.util.Optional;

/** One service of a stack, or all of it that may sleep: what 'suspend' and 'wake' are asked about. */
record Sleepers(String stack, Optional<String> service) {
    static final String WORDS =
            "a service with 'suspend' in the stack file; or a stack or a branch (STACK@NAME), for all of"
                    + " its services that have it; otherwise all of the stack here";

    /** A name that is a service of the stack meant otherwise is that service. */
    static Sleepers of(Arguments arguments, Daemon daemon, Session session) {
        Optional<String> named = arguments.positional(0);
        Optional<String> stack = arguments.value("--stack");
        if (stack.isEmpty()
                && named.isPresent()
                && isStack(named.get(), daemon)
                && !isService(named.get(), daemon, session)) {
            return new Sleepers(named.get(), Optional.empty());
        }
        return new Sleepers(StackChoice.of(stack, daemon, session), named);
    }

    private static boolean isStack(String name, Daemon daemon) {
        return daemon.get("/v1/stacks").itemsAt("stacks").stream()
                .anyMatch(stack -> stack.textAt("name").orElse("").equals(name));
    }

    private static boolean isService(String name, Daemon daemon, Session session) {
        try {
            return daemon
                    .get("/v1/stacks/{}/status", StackChoice.of(Optional.empty(), daemon, session))
                    .itemsAt("services")
                    .stream()
                    .anyMatch(service -> service.textAt("name").orElse("").equals(name));
        } catch (HoldfastException notClear) {
            return false;
        }
    }

    /** The {@code done} event. */
    Json ask(String verb, Json request, Daemon daemon, Arguments arguments, Session session, String interrupted) {
        String path = service.map(one -> Client.path("/v1/stacks/{}/{}/{}", stack, verb, one))
                .orElseGet(() -> Client.path("/v1/stacks/{}/{}", stack, verb));
        try (Events events =
                new Events(session, arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.STEPS, interrupted)) {
            return daemon.stream("POST", path, request, events);
        }
    }

    /** A line a service. */
    void show(Json done, Session session, String changed, String unchanged) {
        List<Json> all = service.isPresent() ? List.of(done) : done.itemsAt("services");
        for (Json one : all) {
            boolean same = one.textAt("outcome").filter("unchanged"::equals).isPresent();
            session.line(Quoting.visible(one.textAt("service").orElse("")) + " " + (same ? unchanged : changed));
        }
    }
}
