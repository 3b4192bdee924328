package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engines.postgres.BackupsSpec;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** pgBackRest and the client programs of PostgreSQL, run beside a server of ours and understood when they fail. */
final class PgBackRest {
    /** Reading what is there takes seconds, whatever a backup takes. */
    private static final Duration READING = Duration.ofMinutes(5);

    /** Two errands of one name would end each other. */
    private final ConcurrentMap<String, ReentrantLock> turns = new ConcurrentHashMap<>();

    /** Reads from the store. */
    List<String> read(Service<PostgresSpec> service, Bench bench, String... arguments) throws InterruptedException {
        List<String> command = command(service, "error");
        command.addAll(List.of(arguments));
        return run(service, bench, "catalogue", command, READING, line -> {});
    }

    /** Changes what is in the store; every line it says is handed on. */
    List<String> work(Service<PostgresSpec> service, Bench bench, Consumer<String> onLine, String... arguments)
            throws InterruptedException {
        List<String> command = command(service, "detail");
        command.addAll(List.of(arguments));
        return run(service, bench, "backup", command, patience(service), onLine);
    }

    /** A script of ours beside the server: {@code sh -c SCRIPT name ARGUMENTS}. */
    List<String> script(Service<PostgresSpec> service, Bench bench, String name, String script, List<String> arguments)
            throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script, name));
        command.addAll(arguments);
        return run(service, bench, name, command, patience(service), line -> {});
    }

    private static List<String> command(Service<PostgresSpec> service, String level) {
        return new ArrayList<>(List.of(
                Archiving.PROGRAM,
                "--config=/config/" + Archiving.CONFIGURATION,
                "--stanza=" + service.name(),
                "--log-level-console=" + level));
    }

    private static Duration patience(Service<PostgresSpec> service) {
        return service.settings().backups().map(BackupsSpec::patience).orElse(READING);
    }

    private List<String> run(
            Service<PostgresSpec> service,
            Bench bench,
            String name,
            List<String> command,
            Duration patience,
            Consumer<String> onLine)
            throws InterruptedException {
        ReentrantLock turn = turns.computeIfAbsent(
                bench.context().stack().name() + "/" + service.name() + "/" + name, any -> new ReentrantLock(true));
        List<String> lines = new ArrayList<>();
        turn.lockInterruptibly();
        try {
            Errand errand =
                    new Errand(Doors.primary(service), name, command, environment(service, bench.context()), patience);
            Errand.Ran ran = bench.run(errand, line -> {
                lines.add(line);
                onLine.accept(line);
            });
            if (!ran.isSuccess()) {
                throw new HoldfastException(Refusal.of(service.name(), name, ran.status(), ran.lastWords()));
            }
            return List.copyOf(lines);
        } finally {
            turn.unlock();
        }
    }

    /** The way into the server for every program that links libpq; the socket of the server is private to it. */
    static SortedMap<String, Redacted> environment(Service<PostgresSpec> service, Context context) {
        SortedMap<String, Redacted> environment = new TreeMap<>();
        environment.put("PGHOST", new Redacted(Doors.direct(service, context).host()));
        environment.put(
                "PGPORT",
                new Redacted(Integer.toString(Doors.direct(service, context).port())));
        environment.put("PGUSER", new Redacted(Declared.HOLDFAST));
        environment.put("PGDATABASE", new Redacted(Declared.HOME));
        environment.put("PGPASSWORD", context.secret(Doors.password(service, Declared.HOLDFAST)));
        environment.put("PGSSLMODE", new Redacted("verify-full"));
        environment.put("PGSSLROOTCERT", new Redacted("/tls/ca.crt"));
        environment.put("PGAPPNAME", new Redacted("holdfast"));
        return environment;
    }
}
