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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Backups and restores as commands, against pgBackRest and PostgreSQL run by hand in the same sandbox on the same data. */
final class BackupRuns {
    private static final int SAVES = 4;
    private static final int RESTORES = 3;
    private static final int ROWS = 9_000_000;
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
            pgbackrest --config=/config/pgbackrest.conf --stanza=main --type=time "--target=$1" --target-action=promote restore || exit
            /usr/lib/postgresql/17/bin/postgres -D /data -c config_file=/config/postgresql.conf -c hba_file=/config/pg_hba.conf \\
              -c archive_mode=off -c listen_addresses= -c unix_socket_directories=/tmp -c ssl=off >/tmp/log 2>&1 &
            # the sandbox ends with the last process in it
            trap "kill -QUIT $!; wait" EXIT
            until [ "$(PGSSLMODE=disable psql -h /tmp -Atc 'select pg_is_in_recovery()' 2>/dev/null)" = f ]; do
              kill -0 $! 2>/dev/null || { cat /tmp/log; exit 1; }
              sleep 0.02
            done
            echo "took $(($(date +%s%N) - begin))"
            """;

    private static final String BACKUP = """
            begin=$(date +%s%N)
            pgbackrest --config=/config/pgbackrest.conf --stanza=main --pg1-port=$PGPORT --pg1-user=holdfast --pg1-database=postgres --type=full backup || exit
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
        Turns turns = Turns.of(
                SAVES,
                () -> millis("backup", "create", "main", "--type", "full"),
                () -> alone(BACKUP, "", Optional.empty()));
        page.add(turns.row(
                "`holdfast backup create --type full`, 1.9 GB, counting its rows",
                "pgBackRest alone",
                1.15,
                "holdfast backup create main --type full",
                page));
    }

    private void restores(Page page) {
        sql("UPDATE items SET figure = 0 WHERE id <= " + ROWS / 8);
        String moment = sql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')");
        sql("DELETE FROM items WHERE id % 100 = 0");
        // a plan has the log archived up to now, so that both find all they need
        stack.run("restore", "main", "--dry-run").orFail();
        Turns turns = Turns.of(RESTORES, () -> restored(moment), () -> {
            Path data = empty();
            double took = alone(RESTORE, moment + "+00", Optional.of(data));
            remove(data);
            return took;
        });
        page.add(turns.row(
                "`holdfast restore --at`, 1.9 GB, to ready",
                "pgBackRest's restore and PostgreSQL's replay until it takes writes",
                1.2,
                "holdfast restore main --at …",
                page));
    }

    private double restored(String moment) {
        double took = millis("restore", "main", "--at", moment.replace(' ', 'T') + "Z", "--as", "bench");
        stack.run("down", "saved@bench", "--purge", "--confirm", "saved@bench").orFail();
        return took;
    }

    private double millis(String... arguments) {
        long begin = System.nanoTime();
        stack.run(arguments).orFail();
        return (System.nanoTime() - begin) / 1e6;
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

    /** What another user owns as well. */
    private static void remove(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String sql(String statement) {
        return stack.sql(stack.name(), "app", statement);
    }
}
