package dev.holdfast.cli.command;

import dev.holdfast.daemon.api.Answer;
import dev.holdfast.daemon.api.Build;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.daemon.api.DaemonLauncher;
import dev.holdfast.daemon.api.NotAnswering;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The daemon as commands see it: JSON in, JSON out, its refusals thrown with the codes it gave. */
public final class Daemon {
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final Duration START = Duration.ofSeconds(20);

    private final Surroundings surroundings;
    private final Client client;

    private Daemon(Surroundings surroundings, Client client) {
        this.surroundings = surroundings;
        this.client = client;
    }

    /** A daemon of this very build, started where none answers; without a launcher, whichever answers. */
    public static Daemon ensured(Surroundings surroundings) {
        if (surroundings.launcher().isEmpty()) {
            return running(surroundings)
                    .orElseThrow(
                            () -> new HoldfastException(
                                    Problem.of(
                                            Code.HF3305,
                                            "no daemon answers, and this process was not started by the launcher that could start one",
                                            "Run ./holdfast instead of the class, or start the daemon with './holdfast daemon start'.")));
        }
        try {
            return new Daemon(
                    surroundings,
                    launcher(surroundings, surroundings.launcher().get()).ensure());
        } catch (DaemonLauncher.Failed failed) {
            String log = failed.log().strip();
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3305,
                            failed.getMessage() + (log.isEmpty() ? "" : "; its last words: " + lastLine(log)),
                            "Read " + log(surroundings) + ", or run 'holdfast daemon run' to see it start."),
                    failed);
        }
    }

    /** The daemon that answers now, whichever build it is; empty where none does. */
    public static Optional<Daemon> running(Surroundings surroundings) {
        Client client = Client.at(socket(surroundings));
        return DaemonLauncher.health(client).map(answer -> new Daemon(surroundings, client));
    }

    public static Path socket(Surroundings surroundings) {
        return surroundings.home().socket();
    }

    public static Path log(Surroundings surroundings) {
        return surroundings.home().data().resolve("daemon").resolve("start.log");
    }

    public static Build build(Surroundings surroundings) {
        return new Build(Version.NUMBER, surroundings.build());
    }

    public Json get(String template, String... parts) {
        return answered(() -> client.get(Client.path(template, parts), ANSWER));
    }

    public Json getPath(String path) {
        return answered(() -> client.get(path, ANSWER));
    }

    public Json post(Json body, String template, String... parts) {
        return answered(() -> client.post(Client.path(template, parts), body.compact(), ANSWER));
    }

    /** Hands on every event up to the last, and returns the {@code done} one; a failure is thrown. */
    public Json stream(String method, String path, Json body, Consumer<Json> onEvent) {
        Last last = new Last();
        int status;
        try {
            status = client.stream(method, path, body.compact(), line -> {
                Json event = parsed(line);
                last.event = event;
                String kind = event.textAt("event").orElse("");
                if (!kind.equals("done") && !kind.equals("failed")) {
                    onEvent.accept(event);
                }
            });
        } catch (NotAnswering gone) {
            throw wentAway(gone);
        }
        if (status != 200) {
            throw Refusals.of(last.event);
        }
        return switch (last.event.textAt("event").orElse("")) {
            case "done" -> last.event;
            case "failed" -> throw Refusals.of(last.event);
            default ->
                throw new HoldfastException(Problem.of(
                        Code.HF3306,
                        "the daemon stopped before it had finished",
                        "Run the command again: it goes on where it stopped. The reason is in "
                                + surroundings.home().data().resolve("daemon") + "."));
        };
    }

    private Json answered(java.util.function.Supplier<Answer> ask) {
        Answer answer;
        try {
            answer = ask.get();
        } catch (NotAnswering gone) {
            throw wentAway(gone);
        }
        Json body = parsed(answer.body());
        if (!answer.isSuccess()) {
            throw Refusals.of(body);
        }
        return body;
    }

    private static Json parsed(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException unreadable) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3306,
                            "the daemon's answer cannot be read: " + unreadable.getMessage(),
                            "Run 'holdfast daemon stop' and the command again; another program may hold the socket."),
                    unreadable);
        }
    }

    private static HoldfastException wentAway(NotAnswering gone) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3306,
                        String.valueOf(gone.getMessage()),
                        "Run the command again: it starts the daemon, and the engines have served on meanwhile."),
                gone);
    }

    private static DaemonLauncher launcher(Surroundings surroundings, Path program) {
        return new DaemonLauncher(
                socket(surroundings),
                log(surroundings),
                // the build is named so that sources edited a moment ago do not make the daemon build them
                List.of("env", "HOLDFAST_BUILD=" + surroundings.build(), program.toString(), "daemon", "run"),
                build(surroundings),
                START);
    }

    private static String lastLine(String text) {
        return text.substring(text.lastIndexOf('\n') + 1);
    }

    /** The last event seen; confined to the thread that streams. */
    private static final class Last {
        private Json event = Json.object().build();
    }
}
