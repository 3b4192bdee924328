package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A branch that lives as long as one command. The daemon removes it when it is told that the command has ended, and when the
 * one who asked for it is gone, however that came about; a daemon that dies leaves it to the next one.
 */
final class BranchRun {

    private final Daemon daemon;
    private final Session session;
    private final String stack;
    private final String branch;
    private final Optional<String> role;

    BranchRun(Daemon daemon, Session session, String stack, String branch, Optional<String> role) {
        this.daemon = daemon;
        this.session = session;
        this.stack = stack;
        this.branch = branch;
        this.role = role;
    }

    int run(Json request, List<String> command, Events.Detail detail) {
        CompletableFuture<Boolean> made = new CompletableFuture<>();
        Thread watching;
        try (Events events = new Events(session, detail, "interrupted: the branch is removed")) {
            watching = Thread.ofVirtual().name("branch").start(() -> watch(request, made, events));
            if (!made.join()) {
                throw gone();
            }
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException problem ? problem : failed;
        }
        try {
            return command(command);
        } finally {
            remove();
            watching.interrupt();
        }
    }

    /** For as long as the branch is there. */
    private void watch(Json request, CompletableFuture<Boolean> made, Events events) {
        try {
            Json done = daemon.stream("POST", Client.path("/v1/stacks/{}/branch", stack), request, event -> {
                if (event.textAt("event").orElse("").equals("made")) {
                    made.complete(true);
                } else if (!made.isDone()) {
                    events.accept(event);
                }
            });
            made.complete(done.isAt("made"));
        } catch (RuntimeException failed) {
            made.completeExceptionally(failed);
        }
    }

    private int command(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(session.surroundings().directory().toFile())
                .inheritIO();
        builder.environment().clear();
        builder.environment().putAll(session.surroundings().environment());
        if (EnvCommand.variables(daemon, branch, role) instanceof Json.Members(Map<String, Json> values)) {
            values.forEach((name, value) -> {
                if (value instanceof Json.Text(String text)) {
                    builder.environment().put(name, text);
                }
            });
        }
        session.surroundings().out().flush();
        try {
            return new Child().run(builder);
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3307,
                            "'" + command.getFirst() + "' cannot be run: " + e.getMessage(),
                            "Check its path; the branch that was made for it is removed."),
                    e);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw gone();
        }
    }

    /** Unless the command found it worth keeping. */
    private void remove() {
        Json request =
                Json.object().put("action", "release").put("name", branch).build();
        var _ = daemon.stream("POST", Client.path("/v1/stacks/{}/branch", stack), request, event -> {});
    }

    private static HoldfastException gone() {
        return new HoldfastException(Problem.of(
                Code.HF3211, "the branch was gone before its command had begun", "Run the same command again."));
    }
}
