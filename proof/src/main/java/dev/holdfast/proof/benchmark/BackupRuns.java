package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.proof.benchmark.EngineStart.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Backups and restores as commands, against pgBackRest and PostgreSQL run by hand in the same sandbox on the same data. */
final class BackupRuns {
    private static final int ROUNDS = 3;
    private static final int ROWS = 2_000_000;
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: saved }
            spec:
              services:
                main: { engine: postgres, version: "17", databases: { app: {} }, backups: { to: objects/backups } }
                objects: { engine: s3, buckets: { backups: {} } }
            """;

    /** Restores, starts, and waits until the server takes writes; what comes after that is not counted. */
    private static final String RESTORE = """
            begin=$(date +%s%N)
            pgbackrest --config=/config/pgbackrest.conf --stanza=main --type=time "--target=$1" --target-action=promote restore >/dev/null || exit
            /usr/lib/postgresql/17/bin/postgres -D /data -c config_file=/config/postgresql.conf -c hba_file=/config/pg_hba.conf \\
              -c archive_mode=off -c listen_addresses= -c unix_socket_directories=/tmp -c ssl=off >/tmp/log 2>&1 &
            until [ "$(PGSSLMODE=disable psql -h /tmp -Atc 'select pg_is_in_recovery()' 2>/dev/null)" = f ]; do sleep 0.02; done
            echo "took $(($(date +%s%N) - begin))"
            """;

    private static final String BACKUP = """
            begin=$(date +%s%N)
            pgbackrest --config=/config/pgbackrest.conf --stanza=main --pg1-port=$PGPORT --pg1-user=holdfast --pg1-database=postgres --type=full backup >/dev/null || exit
            echo "took $(($(date +%s%N) - begin))"
            """;

    private final RunningStack stack;
    private final Command server;

    private BackupRuns(RunningStack stack) {
        this.stack = stack;
        ProcessHandle engine = ProcessHandle.of(stack.pid("main-0")).orElseThrow();
        this.server = Command.of(
                engine.parent().flatMap(ProcessHandle::parent).orElseThrow().pid());
    }

    static void measure(Installation installation, Page page) {
        RunningStack stack = RunningStack.up(installation, installation.home().resolve("saved"), "saved", YAML);
        BackupRuns runs = new BackupRuns(stack);
        runs.sql(
                "CREATE TABLE items AS SELECT g AS id, md5(g::text) AS word, random() AS figure, repeat(md5((g % 1000)::text), 4) AS more"
                        + " FROM generate_series(1, " + ROWS + ") g");
        runs.backups(page);
        runs.restores(page);
        stack.run("down").orFail();
    }

    private void backups(Page page) {
        List<Double> ours = new ArrayList<>();
        List<Double> alone = new ArrayList<>();
        for (int round = -1; round < ROUNDS; round++) {
            double plain = alone(BACKUP, "", Optional.empty());
            long begin = System.nanoTime();
            stack.run("backup", "create", "main", "--type", "full").orFail();
            double whole = (System.nanoTime() - begin) / 1e6;
            if (round >= 0) {
                alone.add(plain);
                ours.add(whole);
            }
        }
        row(
                page,
                "`holdfast backup create --type full`, 500 MB, counting its rows",
                ours,
                "pgBackRest alone",
                alone,
                1.15,
                "backup create main");
    }

    private void restores(Page page) {
        List<Double> ours = new ArrayList<>();
        List<Double> alone = new ArrayList<>();
        sql("UPDATE items SET figure = 0 WHERE id <= " + ROWS / 4);
        String moment = sql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')");
        sql("DELETE FROM items WHERE id % 100 = 0");
        sql("SELECT pg_switch_wal()");
        for (int round = -1; round < ROUNDS; round++) {
            double plain = alone(RESTORE, moment + "+00", Optional.of(empty()));
            long begin = System.nanoTime();
            stack.run("restore", "main", "--at", moment.replace(' ', 'T') + "Z", "--as", "bench")
                    .orFail();
            double whole = (System.nanoTime() - begin) / 1e6;
            stack.run("down", "saved@bench", "--purge", "--confirm", "saved@bench")
                    .orFail();
            if (round >= 0) {
                alone.add(plain);
                ours.add(whole);
            }
        }
        row(
                page,
                "`holdfast restore --at`, 500 MB, to ready",
                ours,
                "pgBackRest's restore and PostgreSQL's replay until it takes writes",
                alone,
                1.2,
                "restore main --at …");
    }

    private static void row(
            Page page, String what, List<Double> ours, String floor, List<Double> alone, double goal, String command) {
        Samples whole = new Samples(ours);
        Samples plain = new Samples(alone);
        page.add(new Row(
                what,
                whole,
                "ms",
                Optional.of(new Row.Floor(floor, plain)),
                "≤ " + goal + " ×",
                whole.median() <= goal * plain.median(),
                "holdfast " + command));
    }

    /** Milliseconds that the script counted itself, in the server's own sandbox; {@code data} in place of the server's. */
    private double alone(String script, String argument, Optional<Path> data) {
        List<String> arguments = new ArrayList<>(server.arguments());
        int program = arguments.indexOf("/usr/lib/postgresql/17/bin/postgres");
        List<String> command = new ArrayList<>(arguments.subList(0, program));
        data.ifPresent(folder -> command.set(command.indexOf("/data") - 1, folder.toString()));
        command.addAll(List.of("/bin/sh", "-c", script, "sh", argument));
        Map<String, String> environment = new TreeMap<>(server.environment());
        URI url = URI.create(stack.run("connect", "main", "--role", "holdfast", "--url")
                .orFail()
                .out()
                .strip());
        environment.put("PATH", "/usr/lib/postgresql/17/bin:/usr/bin:/bin");
        environment.put("PGHOST", "127.0.0.1");
        environment.put("PGPORT", Integer.toString(url.getPort()));
        environment.put("PGUSER", "holdfast");
        environment.put("PGDATABASE", "postgres");
        environment.put(
                "PGPASSWORD", url.getUserInfo().substring(url.getUserInfo().indexOf(':') + 1));
        environment.put("PGSSLMODE", "verify-full");
        environment.put("PGSSLROOTCERT", "/tls/ca.crt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return said.lines()
                            .filter(line -> line.startsWith("took "))
                            .mapToLong(line -> Long.parseLong(line.substring(5)))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("the floor failed: " + said))
                    / 1e6;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Owned by whom the server runs as. */
    private Path empty() {
        Path theirs = stack.installation().home().resolve("data/stacks/saved/volume/main-0");
        try {
            Path folder = Files.createTempDirectory(stack.installation().home(), "alone");
            Files.setAttribute(folder, "unix:uid", Files.getAttribute(theirs, "unix:uid"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String sql(String statement) {
        return stack.run("connect", "main", "--role", "holdfast", "--", "-d", "app", "-Atqc", statement)
                .orFail()
                .out()
                .strip();
    }
}
