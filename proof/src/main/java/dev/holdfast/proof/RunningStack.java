package dev.holdfast.proof;

import dev.holdfast.daemon.api.Client;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One stack of an installation, asked and changed by commands alone. */
public record RunningStack(Installation installation, Path folder, String name) {

    /** Writes the stack file and brings it up. */
    public static RunningStack up(Installation installation, Path folder, String name, String yaml) {
        RunningStack stack = new RunningStack(installation, folder, name);
        stack.write(yaml);
        stack.run("up").orFail();
        return stack;
    }

    public void write(String yaml) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("stack.yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Outcome run(String... arguments) {
        return installation.run(folder, arguments);
    }

    public Json status() {
        Outcome outcome = run("status", name, "--output", "json");
        if (outcome.out().isBlank()) {
            throw new AssertionError("no status, ended with " + outcome.status() + "\n" + outcome.err());
        }
        return outcome.json();
    }

    public Json member(String member) {
        for (Json service : status().itemsAt("services")) {
            for (Json found : service.itemsAt("members")) {
                if (found.textAt("name").orElse("").equals(member)) {
                    return found;
                }
            }
        }
        throw new AssertionError("no member " + member);
    }

    public long pid(String member) {
        return member(member).longAt("pid").orElseThrow(() -> new AssertionError(member + " has no process"));
    }

    public List<Json> endpoints(String service) {
        return status().itemsAt("services").stream()
                .filter(s -> s.textAt("name").orElse("").equals(service))
                .flatMap(s -> s.itemsAt("endpoints").stream())
                .toList();
    }

    public void awaitReady(Duration patience) {
        Await.until(name + " is ready", patience, () -> status().isAt("ready"), () -> status().pretty());
    }

    /** What {@code holdfast env} says, as a map of JSON texts. */
    public Json environment() {
        return run("env", name, "--format", "json").orFail().json();
    }

    /** Runs one statement in the service's own shell. */
    public Outcome shell(String service, String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "connect";
        all[1] = service;
        all[2] = "--";
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return run(all);
    }

    /** What a server of PostgreSQL answers to its keeper, in the stack itself or in one made from it. */
    public String sql(String stack, String database, String statement) {
        return run("connect", "main", "--stack", stack, "--role", "holdfast", "--", "-d", database, "-Atqc", statement)
                .orFail()
                .out()
                .strip();
    }

    /** Has the daemon copy its service {@code main}; {@code wish} holds the name of the copy. Returns all that it told. */
    public List<Json> copy(Json wish) {
        // the daemon may have to be started
        run("status").orFail();
        List<Json> events = new ArrayList<>();
        Client.at(installation.home().resolve("run/daemon.sock")).stream(
                "POST", "/v1/stacks/" + name + "/copy/main", wish.compact(), line -> events.add(Json.parse(line)));
        return events;
    }
}
