package dev.holdfast.proof.benchmark;

import dev.holdfast.daemon.api.Client;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** The same pending files on fresh copies of the same database: run, and run under observation, in turn. */
final class RehearsalOverhead {
    private static final int ROUNDS = 9;
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: rehearsal }
            spec:
              services:
                main:
                  engine: postgres
                  databases: { shop: { migrations: { folder: sql, when: asked } } }
            """;

    private RehearsalOverhead() {}

    static Row row(Installation installation, Page page) throws IOException {
        Path folder = installation.home().resolve("rehearsal");
        Files.createDirectories(folder.resolve("sql"));
        write(folder, 1, """
                CREATE TABLE items (id integer PRIMARY KEY, word text NOT NULL, price integer);
                CREATE TABLE orders (id integer PRIMARY KEY, item integer);
                INSERT INTO items SELECT g, md5(g::text), g FROM generate_series(1, 300000) g;
                INSERT INTO orders SELECT g, g FROM generate_series(1, 100000) g;
                """);
        RunningStack stack = RunningStack.up(installation, folder, "rehearsal", YAML);
        stack.run("migrate", "up").orFail();
        pending(folder);
        AtomicInteger copies = new AtomicInteger();
        Turns turns = Turns.of(
                ROUNDS,
                () -> ask(installation, "rehearsal", "rehearse", Json.object().build())
                        .longAt("millis")
                        .orElseThrow(),
                () -> plain(installation, stack, "plain" + copies.incrementAndGet()));
        stack.run("down").orFail();
        return turns.row(
                "rehearsal of 26 files, 32 statements on 400,000 rows, without making the copy",
                "the same files run on a copy",
                1.1,
                "holdfast migrate rehearse",
                page);
    }

    /** Some that work for a while and many that do not: what looking on costs is paid by the statement. */
    private static void pending(Path folder) throws IOException {
        write(folder, 2, "ALTER TABLE items ALTER COLUMN id TYPE bigint;\n");
        write(folder, 3, "CREATE INDEX items_word ON items (word);\n");
        write(folder, 4, "CREATE INDEX CONCURRENTLY items_price ON items (price);\n");
        write(
                folder,
                5,
                "ALTER TABLE orders ADD CONSTRAINT orders_item FOREIGN KEY (item) REFERENCES items (id) NOT VALID;\n");
        write(folder, 6, "ALTER TABLE orders VALIDATE CONSTRAINT orders_item;\n");
        write(folder, 7, "UPDATE items SET price = price + 1;\n");
        for (int number = 8; number <= 27; number++) {
            write(
                    folder,
                    number,
                    String.format(
                            Locale.ROOT,
                            "CREATE TABLE more_%1$d (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word text);\n%2$s",
                            number,
                            number % 3 == 0 ? "CREATE INDEX ON more_" + number + " (word);\n" : ""));
        }
    }

    /** Milliseconds of the run alone; the copy is made before and thrown away after. */
    private static double plain(Installation installation, RunningStack stack, String name) {
        Json copy = ask(
                installation,
                "rehearsal",
                "copy",
                Json.object().put("name", name).build());
        String derived = copy.textAt("copy").orElseThrow();
        long begin = System.nanoTime();
        var _ = ask(
                installation,
                derived,
                "migrate",
                Json.object().put("action", "up").build());
        double millis = (System.nanoTime() - begin) / 1e6;
        stack.run("down", derived, "--purge", "--confirm", derived).orFail();
        return millis;
    }

    private static Json ask(Installation installation, String stack, String verb, Json body) {
        List<Json> events = new ArrayList<>();
        Client.at(installation.home().resolve("run/daemon.sock")).stream(
                "POST",
                Client.path("/v1/stacks/{}/{}/main", stack, verb),
                body.compact(),
                line -> events.add(Json.parse(line)));
        Json last = events.getLast();
        if (!last.textAt("event").orElse("").equals("done")) {
            throw new AssertionError(last.pretty());
        }
        return last;
    }

    private static void write(Path folder, int number, String sql) throws IOException {
        Files.writeString(folder.resolve("sql").resolve("V" + number + "__step.sql"), sql);
    }
}
