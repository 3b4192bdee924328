package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.RunningStack;
import dev.holdfast.targets.local.image.Architecture;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's own load, by the role that 'holdfast env' names. The password goes by the environment. */
record Pgbench(Json environment) {
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");
    private static final Pattern LATENCY = Pattern.compile("latency average = ([0-9.]+) ms");

    static Pgbench of(RunningStack stack) {
        return new Pgbench(stack.environment());
    }

    /** Transactions a second. */
    static double rate(String said) {
        return figure(RATE, said);
    }

    /** Milliseconds of a transaction; of so many clients at once it says their throughput as well. */
    static double latency(String said) {
        return figure(LATENCY, said);
    }

    private static double figure(Pattern pattern, String said) {
        Matcher figure = pattern.matcher(said);
        if (!figure.find()) {
            throw new IllegalStateException("pgbench told no figure: " + said);
        }
        return Double.parseDouble(figure.group(1));
    }

    /**
     * To its end; returns what it said.
     *
     * @param server the program is that of the very image this process runs from
     */
    String run(long server, List<String> arguments) {
        Architecture architecture = Architecture.of(System.getProperty("os.name"), System.getProperty("os.arch"));
        Path root = Path.of("/proc", Long.toString(server), "root");
        List<String> command = new ArrayList<>(architecture.direct(root, "usr/lib/postgresql/17/bin/pgbench"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        for (String name :
                List.of("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE", "PGSSLROOTCERT")) {
            environment.textAt(name).ifPresent(value -> builder.environment().put(name, value));
        }
        try {
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("pgbench failed: " + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
