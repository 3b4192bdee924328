package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long a sleeping service takes to serve, what the door costs an awake one, and what sleeping costs. */
final class WakeTimes {
    private static final int ROUNDS = 9;
    private static final int DOOR_ROUNDS = 5;
    private static final String SECONDS = "4";
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MANY = 50;
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: wake }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { memory: 1Gi }
                  suspend: 1d
                  databases: { app: {} }
                  roles: { app: { can: [read, write, ddl] } }
            """;

    private final Installation installation;
    private final Page page;
    private final RunningStack stack;
    private final WakeSession door;
    private final WakeSession beside;
    private final EngineStart.Command command;

    private WakeTimes(Installation installation, Page page) {
        this.installation = installation;
        this.page = page;
        this.stack = RunningStack.up(installation, installation.home().resolve("wake"), "wake", YAML);
        Json environment = stack.environment();
        int port = Math.toIntExact(
                stack.endpoints("main").getFirst().longAt("port").orElseThrow());
        this.door = new WakeSession(environment, port);
        this.beside = new WakeSession(environment, port + 7_000);
        this.command = besides(EngineStart.Command.of(ProcessHandle.of(stack.pid("main-0"))
                .flatMap(ProcessHandle::parent)
                .flatMap(ProcessHandle::parent)
                .orElseThrow()
                .pid()));
        // what a crash leaves to replay is decided by it
        stack.sql("wake", "app", "GRANT pg_checkpoint TO app");
        door.execute(
                "CREATE TABLE filling AS SELECT n, repeat(md5(n::text), 30) AS word FROM generate_series(1, 1900000) n;"
                        + " CREATE INDEX ON filling (n); ANALYZE filling; CHECKPOINT");
    }

    static void measure(Installation installation, Page page) throws IOException {
        WakeTimes times = new WakeTimes(installation, page);
        times.clean();
        times.crashed();
        times.awake();
        times.asleep();
    }

    /** The same engine on a port of its own, without the library and the doors. */
    private EngineStart.Command besides(EngineStart.Command running) {
        List<String> arguments = new ArrayList<>();
        List<String> words = running.arguments();
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("--setenv")) {
                i += 2;
            } else {
                arguments.add(words.get(i));
            }
        }
        arguments.addAll(List.of("-c", "port=" + beside.port()));
        return new EngineStart.Command(arguments, running.environment());
    }

    private void clean() {
        Turns turns = Turns.of(ROUNDS, this::woken, () -> {
            sleep();
            Process alone = started();
            double millis = beside.nanosToFirstRow() / 1e6;
            end(alone, "INT");
            return millis;
        });
        wake("wake of a cleanly stopped PostgreSQL of 2 GB: connection to first row", turns, 120);
    }

    private void crashed() {
        Turns turns = Turns.of(
                ROUNDS,
                () -> {
                    crash();
                    return door.nanosToFirstRow() / 1e6;
                },
                () -> {
                    crash();
                    Process alone = started();
                    double millis = beside.nanosToFirstRow() / 1e6;
                    end(alone, "INT");
                    return millis;
                });
        wake("the same after a crash with nothing to replay", turns, 150);
    }

    private void wake(String what, Turns turns, int goal) {
        Samples ours = new Samples(turns.ours());
        page.remark(what + ", against the bare engine, ratio of each round: " + turns.ratios());
        page.add(new Row(
                what,
                ours,
                "ms",
                Optional.of(new Row.Floor("the engine alone, polled", new Samples(turns.theirs()))),
                "≤ " + goal + " ms",
                ours.median() <= goal,
                "holdfast suspend main; psql -c 'select 1'"));
    }

    private double woken() {
        sleep();
        return door.nanosToFirstRow() / 1e6;
    }

    /** Asleep, with data as a crash right after a checkpoint leaves it. */
    private void crash() {
        sleep();
        Process alone = started();
        beside.nanosToFirstRow();
        beside.execute("CREATE TABLE IF NOT EXISTS touched (n int); INSERT INTO touched VALUES (1); CHECKPOINT");
        end(alone, "KILL");
    }

    /** Of so many clients at once the time of a transaction says the throughput as well. */
    private void awake() {
        door.nanosToFirstRow();
        pgbench(door, stack.pid("main-0"), List.of("-i", "-q", "-s", "10"));
        for (String clients : List.of("1", "4")) {
            List<String> arguments = List.of("-n", "-S", "-c", clients, "-j", "2", "-T", SECONDS);
            Turns turns = Turns.of(
                    DOOR_ROUNDS,
                    () -> {
                        sleep();
                        door.nanosToFirstRow();
                        return Pgbench.latency(pgbench(door, stack.pid("main-0"), arguments));
                    },
                    () -> {
                        sleep();
                        Process alone = started();
                        beside.nanosToFirstRow();
                        double millis =
                                Pgbench.latency(pgbench(beside, engine(alone).pid(), arguments));
                        end(alone, "INT");
                        return millis;
                    });
            page.add(turns.row(
                    "a transaction through the door of an awake service, pgbench with " + clients
                            + (clients.equals("1") ? " client" : " clients"),
                    "the same engine without a door",
                    1.05,
                    "pgbench " + String.join(" ", arguments),
                    page));
        }
    }

    private String pgbench(WakeSession to, long server, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of("-p", Integer.toString(to.port())));
        all.addAll(arguments);
        return new Pgbench(to.environment()).run(server, all);
    }

    private void asleep() throws IOException {
        sleep();
        cpu("1 service asleep");
        StringBuilder yaml = new StringBuilder(
                "apiVersion: holdfast.dev/v1\nkind: Stack\nmetadata: { name: many }\nspec:\n  services:\n");
        for (int i = 0; i < MANY; i++) {
            yaml.append("    s").append(i).append(": { engine: redis, suspend: 1s, resources: { memory: 64Mi } }\n");
        }
        RunningStack many = RunningStack.up(installation, installation.home().resolve("many"), "many", yaml.toString());
        Await.until(
                "all sleep",
                PATIENCE,
                () -> many.status().itemsAt("services").stream()
                        .flatMap(service -> service.itemsAt("members").stream())
                        .allMatch(member -> member.isAt("asleep")),
                () -> many.status().pretty());
        cpu((MANY + 1) + " services asleep");
        many.run("down").orFail();
    }

    private void cpu(String what) throws IOException {
        long pid = installation
                .run(installation.home(), "daemon", "status", "--output", "json")
                .orFail()
                .json()
                .longAt("pid")
                .orElseThrow();
        // what the command before it set off has to end first
        LockSupport.parkNanos(Duration.ofSeconds(5).toNanos());
        long before = ticks(pid);
        LockSupport.parkNanos(WINDOW.toNanos());
        double percent = (ticks(pid) - before) / 100.0 / WINDOW.toSeconds() * 100;
        page.add(new Row(
                "daemon, CPU with " + what + " (" + WINDOW.toSeconds() + " s)",
                Samples.single(percent),
                "% of a core",
                Optional.empty(),
                "< 0.5 %",
                percent < 0.5,
                "cat /proc/PID/stat, twice (PID: holdfast daemon status)"));
    }

    private void sleep() {
        stack.run("suspend", "main").orFail();
    }

    private Process started() {
        ProcessBuilder builder = new ProcessBuilder(command.arguments());
        builder.environment().clear();
        builder.environment().putAll(command.environment());
        try {
            return builder.redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first child of the first process of the sandbox. */
    private static ProcessHandle engine(Process sandbox) {
        return sandbox.children()
                .findFirst()
                .flatMap(first -> first.children().findFirst())
                .orElseThrow();
    }

    private static void end(Process sandbox, String signal) {
        try {
            new ProcessBuilder(
                            "kill", "-s", signal, Long.toString(engine(sandbox).pid()))
                    .start()
                    .waitFor();
            if (!sandbox.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the engine does not end");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static long ticks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
