package dev.holdfast.proof.benchmark;

import dev.holdfast.daemon.api.Client;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What replacing personal values costs, beside one plain statement that writes the same columns of the same rows. */
final class MaskingCosts {
    private static final int ROUNDS = 3;
    private static final int ROWS = 500_000;
    private static final Pattern TIME = Pattern.compile("Time: ([0-9.]+) ms");
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: masking }
            spec:
              services:
                main:
                  engine: postgres
                  databases:
                    shop:
                      masking: { tables: { people: { email: email, full_name: name } } }
            """;

    private MaskingCosts() {}

    static void measure(Installation installation, Page page) {
        RunningStack stack = RunningStack.up(installation, installation.home().resolve("masking"), "masking", YAML);
        var _ = stack.sql(
                "masking",
                "shop",
                "CREATE TABLE people AS SELECT g AS id, 'person.' || g || '@mail.test' AS email, 'Person ' || g AS full_name,"
                        + " md5(g::text) AS rest FROM generate_series(1, " + ROWS + ") g;"
                        + " ALTER TABLE people ADD PRIMARY KEY (id); CREATE UNIQUE INDEX ON people (email)");
        AtomicInteger copies = new AtomicInteger();
        Turns turns = Turns.of(
                ROUNDS,
                () -> masked(installation, stack, "masked" + copies.incrementAndGet()),
                () -> plain(installation, stack, "plain" + copies.incrementAndGet()));
        stack.run("down").orFail();
        String what = String.format(
                Locale.ROOT, "masking of two columns of %,d rows, until no file holds an old value", ROWS);
        page.add(turns.row(what, "one UPDATE that writes both columns anew", 3, "holdfast branch create dev", page));
        page.remark(String.format(
                Locale.ROOT,
                "masking: %,.0f rows a second; the plain UPDATE: %,.0f",
                1000.0 * ROWS / new Samples(turns.ours()).median(),
                1000.0 * ROWS / new Samples(turns.theirs()).median()));
    }

    /** From the first word of it to the last, as the daemon tells them. */
    private static double masked(Installation installation, RunningStack stack, String name) {
        AtomicLong begun = new AtomicLong();
        AtomicLong ended = new AtomicLong();
        copy(installation, name, false, line -> {
            if (line.contains("masked shop")) {
                begun.compareAndSet(0, System.nanoTime());
            } else if (line.contains("masked 2 columns")) {
                ended.set(System.nanoTime());
            }
        });
        away(stack, name);
        return (ended.get() - begun.get()) / 1e6;
    }

    private static double plain(Installation installation, RunningStack stack, String name) {
        copy(installation, name, true, line -> {});
        String told = stack.run(
                        "connect",
                        "main",
                        "--stack",
                        "masking@" + name,
                        "--role",
                        "holdfast",
                        "--",
                        "-d",
                        "shop",
                        "-c",
                        "\\timing on",
                        "-c",
                        "UPDATE people SET email = upper(email), full_name = upper(full_name)")
                .orFail()
                .out();
        away(stack, name);
        Matcher time = TIME.matcher(told);
        if (!time.find()) {
            throw new AssertionError(told);
        }
        return Double.parseDouble(time.group(1));
    }

    private static void copy(Installation installation, String name, boolean unmasked, Consumer<String> onLine) {
        StringBuilder last = new StringBuilder();
        Client.at(installation.home().resolve("run/daemon.sock")).stream(
                "POST",
                "/v1/stacks/masking/copy/main",
                Json.object()
                        .put("name", name)
                        .put("unmasked", unmasked)
                        .build()
                        .compact(),
                line -> {
                    onLine.accept(line);
                    last.replace(0, last.length(), line);
                });
        if (!Json.parse(last.toString()).textAt("event").orElse("").equals("done")) {
            throw new AssertionError(last);
        }
    }

    private static void away(RunningStack stack, String name) {
        stack.run("down", "masking@" + name, "--purge", "--confirm", "masking@" + name)
                .orFail();
    }
}
