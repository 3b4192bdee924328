package dev.holdfast.proof.benchmark;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** 500 small files on an empty database: the whole command against Flyway alone, turn by turn on the same server. */
final class MigrationRuns {
    private static final int FILES = 500;
    private static final int ROUNDS = 3;

    private final RunningStack stack;
    private final List<Double> ours = new ArrayList<>();
    private final List<Double> plain = new ArrayList<>();

    private MigrationRuns(RunningStack stack) {
        this.stack = stack;
    }

    /** The row is against Flyway in a JVM that is warm, which nobody has who runs its command; that is a remark. */
    static void measure(Installation installation, Page page) throws IOException {
        Path folder = installation.home().resolve("migrations");
        Path files = folder.resolve("sql");
        Files.createDirectories(files);
        for (int i = 1; i <= FILES; i++) {
            Files.writeString(
                    files.resolve("V" + i + "__table_" + i + ".sql"),
                    i % 5 == 0
                            ? "ALTER TABLE t" + (i - 1) + " ADD COLUMN extra text;\n"
                            : "CREATE TABLE t" + i + " (id bigint PRIMARY KEY, name text NOT NULL);\n");
        }
        RunningStack stack = RunningStack.up(installation, folder, "migrations", yaml());
        // what Flyway alone would write to the terminal is none of the race
        if (LoggerFactory.getLogger("org.flywaydb") instanceof Logger logger) {
            logger.setLevel(Level.WARN);
        }
        MigrationRuns runs = new MigrationRuns(stack);
        for (int round = 0; round <= ROUNDS; round++) {
            runs.round(round, files);
        }
        PlainFlyway command = runs.flyway("fresh", files);
        double fresh = millis(command::inItsOwnProcess);
        stack.run("down").orFail();
        Samples flyway = new Samples(runs.plain);
        Samples holdfast = new Samples(runs.ours);
        page.add(new Row(
                "`holdfast migrate up`, 500 small migrations",
                holdfast,
                "ms",
                Optional.of(new Row.Floor("Flyway alone in a warm JVM", flyway)),
                "≥ 0.9 × its speed",
                flyway.median() / holdfast.median() >= 0.9,
                "holdfast migrate up"));
        page.remark(String.format(
                Locale.ROOT,
                "the same 500 migrations by Flyway in a process of its own, as its command line runs them: %.0f ms; "
                        + "`holdfast migrate up` takes %.2f times as long",
                fresh,
                holdfast.median() / fresh));
    }

    /** The first does not count; who goes first changes. */
    private void round(int round, Path files) {
        double mine;
        double theirs;
        if (round % 2 == 0) {
            mine = millis(() -> stack.run("migrate", "up", "main/ours" + round).orFail());
            theirs = millis(flyway("flyway" + round, files)::here);
        } else {
            theirs = millis(flyway("flyway" + round, files)::here);
            mine = millis(() -> stack.run("migrate", "up", "main/ours" + round).orFail());
        }
        if (round > 0) {
            ours.add(mine);
            plain.add(theirs);
        }
    }

    private PlainFlyway flyway(String database, Path files) {
        Json environment =
                stack.run("env", "migrations", "--format", "json").orFail().json();
        String url = "jdbc:postgresql://" + text(environment, "PGHOST") + ":" + text(environment, "PGPORT") + "/"
                + database + "?sslmode=verify-full&sslrootcert=" + text(environment, "PGSSLROOTCERT");
        return new PlainFlyway(url, text(environment, "PGUSER"), text(environment, "PGPASSWORD"), files.toString());
    }

    private static String text(Json environment, String name) {
        return environment
                .textAt(name)
                .or(() -> environment.at("variables").flatMap(all -> all.textAt(name)))
                .orElseThrow();
    }

    private static double millis(Runnable run) {
        long begin = System.nanoTime();
        run.run();
        return (System.nanoTime() - begin) / 1e6;
    }

    private static String yaml() {
        StringBuilder yaml = new StringBuilder("""
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: migrations }
                spec:
                  services:
                    main:
                      engine: postgres
                      roles: { app: { can: [read, write, ddl] } }
                      databases:
                """);
        for (int round = 0; round <= ROUNDS; round++) {
            yaml.append("        ours").append(round).append(": { migrations: { folder: sql, when: asked } }\n");
            yaml.append("        flyway").append(round).append(": {}\n");
        }
        yaml.append("        fresh: {}\n");
        return yaml.toString();
    }
}
