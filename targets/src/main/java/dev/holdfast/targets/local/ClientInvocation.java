package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.engine.Access;
import dev.holdfast.secret.Redacted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How to run a client program: an argument list without secrets and the whole environment, with them. */
public record ClientInvocation(List<String> arguments, SortedMap<String, Redacted> environment) {
    private static final String AUTHORITY = "/tls/ca.crt";

    /** The authorities of a server that is not of the stack. */
    private static final String OUTSIDE = "outside.crt";

    public ClientInvocation {
        arguments = List.copyOf(arguments);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    /** The client names the authority by its path on this machine; inside, the file has another. */
    static ClientInvocation of(Enclosure enclosure, StackFolder folder, Programs programs, Access.Client client) {
        Optional<String> outside =
                client.outside().map(Access.Outside::authorityFile).filter(file -> !file.isEmpty());
        outside.ifPresent(
                file -> Disk.write(folder.client().resolve(OUTSIDE), bytes(Path.of(file)), enclosure.owner()));
        String here = outside.orElse(folder.authority().toString());
        String there = outside.isPresent() ? "/tls/" + OUTSIDE : AUTHORITY;
        List<String> command =
                client.command().stream().map(word -> word.replace(here, there)).toList();
        Enclosure.Invocation invocation = enclosure.client(programs, folder.client(), new TreeMap<>(), command);
        SortedMap<String, Redacted> environment = new TreeMap<>();
        invocation.environment().forEach((name, value) -> environment.put(name, new Redacted(value)));
        client.environment()
                .forEach((name, value) ->
                        environment.put(name, new Redacted(value.reveal().replace(here, there))));
        return new ClientInvocation(invocation.arguments(), environment);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
