package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engines.PostgresWire.Door;
import dev.holdfast.engines.postgres.BackupsSpec;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * pgBackRest and the client programs of PostgreSQL, run beside a member of ours and understood when they fail. All that
 * they need comes in their environment, so that a repository can be read beside any member.
 */
final class PgBackRest {
    /** Reading what is there takes seconds, whatever a backup takes. */
    private static final Duration READING = Duration.ofMinutes(5);

    private static final String NOTES =
            "for name in $(" + Archiving.PROGRAM + " repo-ls \"$1\"); do case $name in *\"$2\") " + Archiving.PROGRAM
                    + " repo-get \"$1/$name\" || exit; echo;; esac; done";

    private static final String TRUST = "printf '%s' \"$" + Repository.AUTHORITY + "\" >/tmp/authority.crt; ";

    /** Two errands of one name would end each other. */
    private final ConcurrentMap<String, ReentrantLock> turns = new ConcurrentHashMap<>();

    /** A service beside whose first member the programs run, and the repository they are to use. */
    record Place(Service<PostgresSpec> service, Repository repository, Bench bench) {
        static Place of(Service<PostgresSpec> service, BackupsSpec backups, Bench bench) {
            return new Place(service, Repository.of(service, backups, bench.context()), bench);
        }

        String name() {
            return service.name();
        }

        private Duration patience() {
            return service.settings().backups().map(BackupsSpec::patience).orElse(READING);
        }
    }

    /** Reads from the store; returns the lines of the answer. */
    List<String> read(Place place, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("--log-level-console=error"));
        command.addAll(List.of(arguments));
        return script(
                place,
                "catalogue",
                "exec " + Archiving.PROGRAM + " \"$@\"",
                command,
                Optional.empty(),
                READING,
                line -> {});
    }

    /** Changes what is in the store; every line it says is handed on. */
    List<String> work(Place place, Consumer<String> onLine, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("--log-level-console=detail"));
        command.addAll(List.of(arguments));
        return script(
                place,
                "backup",
                "exec " + Archiving.PROGRAM + " \"$@\"",
                command,
                Optional.empty(),
                place.patience(),
                onLine);
    }

    /** Puts a small file beside the backups, encrypted as they are. */
    void put(Place place, String path, Redacted content) throws InterruptedException {
        script(
                place,
                "note",
                "exec " + Archiving.PROGRAM + " repo-put \"$1\"",
                List.of(path),
                Optional.of(content),
                READING,
                line -> {});
    }

    /** The lines of such a file; empty where it is not there. */
    List<String> get(Place place, String path) throws InterruptedException {
        return script(
                place,
                "note",
                // it ends with 1 for a file that is missing, and with its number for an error
                Archiving.PROGRAM + " --ignore-missing repo-get \"$1\"; status=$?; [ $status = 1 ] || exit $status",
                List.of(path),
                Optional.empty(),
                READING,
                line -> {});
    }

    /** The lines of a file of the archive itself, whose key is another; empty where it is not there. */
    List<String> archived(Place place, String path) throws InterruptedException {
        return script(
                place,
                "note",
                // without a key it finds that of the archive by itself
                "unset PGBACKREST_CIPHER_PASS; " + Archiving.PROGRAM
                        + " --ignore-missing repo-get \"$1\"; status=$?; [ $status = 1 ] || exit $status",
                List.of(path),
                Optional.empty(),
                READING,
                line -> {});
    }

    /** Every such file of a folder, as the object it holds. */
    List<Json> notes(Place place, String folder) throws InterruptedException {
        return notes(place, folder, "");
    }

    /** Of those whose names end so. */
    List<Json> notes(Place place, String folder, String suffix) throws InterruptedException {
        List<Json> notes = new ArrayList<>();
        for (String line : script(place, "note", NOTES, List.of(folder, suffix))) {
            if (line.startsWith("{")) {
                notes.add(note(place, line));
            }
        }
        return notes;
    }

    private static Json note(Place place, String line) {
        try {
            return Json.parse(line);
        } catch (JsonException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3625,
                            "a note beside the backups of " + place.name() + " cannot be read: " + e.getMessage(),
                            "Was something else put into the bucket? Remove what is not Holdfast's from it."),
                    e);
        }
    }

    void remove(Place place, String path) throws InterruptedException {
        script(place, "note", "exec " + Archiving.PROGRAM + " repo-rm \"$1\"", List.of(path));
    }

    /** What a program said, whether it ended well or not; it is for the caller to see. */
    List<String> lines(Place place, String... arguments) throws InterruptedException {
        String script = Archiving.PROGRAM + " \"$@\" || echo \"ended with $?\"";
        return script(place, "backup", script, List.of(arguments));
    }

    /** A script of ours: the arguments are {@code $1} and so on. */
    List<String> script(Place place, String name, String script, List<String> arguments) throws InterruptedException {
        return script(place, name, script, arguments, Optional.empty(), place.patience(), line -> {});
    }

    /** The same with more in its environment. */
    List<String> script(
            Place place, String name, String script, List<String> arguments, SortedMap<String, Redacted> more)
            throws InterruptedException {
        return script(place, name, script, arguments, Optional.empty(), place.patience(), line -> {}, more);
    }

    private List<String> script(
            Place place,
            String name,
            String script,
            List<String> arguments,
            Optional<Redacted> input,
            Duration patience,
            Consumer<String> onLine)
            throws InterruptedException {
        return script(place, name, script, arguments, input, patience, onLine, new TreeMap<>());
    }

    private List<String> script(
            Place place,
            String name,
            String script,
            List<String> arguments,
            Optional<Redacted> input,
            Duration patience,
            Consumer<String> onLine,
            SortedMap<String, Redacted> more)
            throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", TRUST + script, name));
        command.addAll(arguments);
        SortedMap<String, Redacted> environment = new TreeMap<>(
                place.repository().environment(Archiving.processes(place.service()), "/tmp/authority.crt"));
        environment.putAll(more);
        environment.putAll(database(place.service(), place.bench().context()));
        Errand errand = new Errand(Doors.primary(place.service()), name, command, environment, patience, input);
        List<String> lines = new ArrayList<>();
        ReentrantLock turn = turns.computeIfAbsent(
                place.bench().context().stack().name() + "/" + place.name() + "/" + name,
                any -> new ReentrantLock(true));
        turn.lockInterruptibly();
        try {
            Errand.Ran ran = place.bench().run(errand, line -> {
                lines.add(line);
                onLine.accept(line);
            });
            if (!ran.isSuccess()) {
                throw new HoldfastException(Refusal.of(place.name(), name, ran.status(), ran.lastWords()));
            }
            return List.copyOf(lines);
        } finally {
            turn.unlock();
        }
    }

    /** The way into the server for every program that links libpq; the socket of the server is private to it. */
    private static SortedMap<String, Redacted> database(Service<PostgresSpec> service, Context context) {
        SortedMap<String, Redacted> environment = new TreeMap<>();
        Door door = Doors.keeper(service, context, Declared.HOME);
        String port = Integer.toString(door.address().port());
        environment.put("PGHOST", new Redacted(door.address().host()));
        environment.put("PGPORT", new Redacted(port));
        environment.put("PGUSER", new Redacted(door.role()));
        environment.put("PGDATABASE", new Redacted(Declared.HOME));
        environment.put("PGPASSWORD", door.password());
        environment.put("PGSSLMODE", new Redacted("verify-full"));
        environment.put("PGSSLROOTCERT", new Redacted("/tls/ca.crt"));
        environment.put("PGAPPNAME", new Redacted("holdfast"));
        environment.put("PGBACKREST_PG1_PORT", new Redacted(port));
        environment.put("PGBACKREST_PG1_USER", new Redacted(door.role()));
        environment.put("PGBACKREST_PG1_DATABASE", new Redacted(Declared.HOME));
        return environment;
    }
}
