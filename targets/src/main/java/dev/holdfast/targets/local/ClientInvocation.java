package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.engine.Access;
import dev.holdfast.secret.Redacted;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** How to run a client program: an argument list without secrets and the whole environment, with them. */
public record ClientInvocation(List<String> arguments, SortedMap<String, Redacted> environment) {
    private static final String AUTHORITY = "/tls/ca.crt";

    public ClientInvocation {
        arguments = List.copyOf(arguments);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    /** The client names the authority by its path on this machine; inside, the file has another. */
    static ClientInvocation of(Enclosure enclosure, StackFolder folder, Programs programs, Access.Client client) {
        String here = folder.authority().toString();
        List<String> command = client.command().stream()
                .map(word -> word.replace(here, AUTHORITY))
                .toList();
        Enclosure.Invocation invocation = enclosure.client(programs, folder.client(), new TreeMap<>(), command);
        SortedMap<String, Redacted> environment = new TreeMap<>();
        invocation.environment().forEach((name, value) -> environment.put(name, new Redacted(value)));
        client.environment()
                .forEach((name, value) ->
                        environment.put(name, new Redacted(value.reveal().replace(here, AUTHORITY))));
        return new ClientInvocation(invocation.arguments(), environment);
    }
}
