package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What a branch takes until it serves, and what it owns, on each kind of volume that this machine can have. */
final class BranchCosts {
    private static final int ROUNDS = 3;
    private static final int AT_ONCE = 15;
    private static final int MANY = 100;
    private static final String GOAL = "≤ 600 ms on copy-on-write";

    /** Rows of 6.4 kB; so many of them are a gibibyte. */
    private static final int ROWS_A_GIBIBYTE = 160_000;

    private BranchCosts() {}

    /** {@code HOLDFAST_BRANCH_GIB} names other sizes of the database. */
    static void measure(Path root, Installation installation, Page page) throws IOException {
        List<Integer> sizes = Arrays.stream(Optional.ofNullable(System.getenv("HOLDFAST_BRANCH_GIB"))
                        .orElse("2,8")
                        .split(",", -1))
                .map(Integer::valueOf)
                .toList();
        int largest = sizes.stream().max(Integer::compare).orElseThrow();
        List<String> offered = Images.offered(installation);
        for (String driver : offered) {
            run(
                    installation,
                    "volumes",
                    "create",
                    driver,
                    "--driver",
                    driver,
                    "--size",
                    (largest * 2 + 4) + "Gi",
                    "--default");
            sizes.forEach(gibibytes -> postgres(installation, driver, gibibytes, page));
        }
        if (offered.isEmpty()) {
            page.remark("images of file systems need root, which this run was not: its branches are copies");
            postgres(installation, "home", sizes.getFirst(), page);
        }
        starter(root, installation, page);
        hundred(installation, page);
        run(installation, "volumes", "default", "home");
        offered.forEach(driver -> run(installation, "volumes", "remove", driver));
    }

    private static void postgres(Installation installation, String driver, int gibibytes, Page page) {
        String name = "on-" + driver;
        RunningStack stack = RunningStack.up(
                installation, installation.home().resolve("project").resolve(name), name, yaml(name));
        stack.shell(
                        "main",
                        "-qc",
                        "CREATE TABLE big (id int PRIMARY KEY, n int, word text)",
                        "-qc",
                        "ALTER TABLE big ALTER word SET STORAGE EXTERNAL",
                        "-qc",
                        "INSERT INTO big SELECT g, 0, repeat(md5(g::text), 200) FROM generate_series(1, "
                                + gibibytes * ROWS_A_GIBIBYTE + ") g",
                        "-qc",
                        "VACUUM ANALYZE big")
                .orFail();
        int port = Integer.parseInt(stack.environment().textAt("PGPORT").orElseThrow());
        EngineStart.Command command = stopped(stack, "main-0");
        Samples floor = Samples.single(EngineStart.nanosToFirstAnswer(command, "postgres", port) / 1e6);
        stack.run("up").orFail();
        String size = gibibytes + " GiB";
        List<Json> made = new ArrayList<>();
        for (int round = -1; round < ROUNDS; round++) {
            Json done = create(stack, "one");
            stack.run("branch", "connect", "one", "main", "--", "-qtAc", "SELECT count(*) FROM big WHERE id = 77")
                    .orFail();
            if (round >= 0) {
                made.add(done);
            }
            if (round < ROUNDS - 1) {
                stack.run("branch", "delete", "one").orFail();
            }
        }
        Samples alone = samples(made, done -> done.longAt("millis").orElseThrow());
        page.add(new Row(
                "Postgres of " + size + " branched in a volume `" + driver + "` until it serves",
                alone,
                "ms",
                Optional.of(new Row.Floor("its own start", floor)),
                GOAL,
                alone.median() <= 600,
                "holdfast branch create one"));
        page.add(new Row(
                "... for which its source stands still",
                samples(
                        made,
                        done -> done.at("cut")
                                .orElseThrow()
                                .longAt("pauseMillis")
                                .orElseThrow()),
                "ms",
                Optional.empty(),
                "≤ 500 ms",
                samples(
                                        made,
                                        done -> done.at("cut")
                                                .orElseThrow()
                                                .longAt("pauseMillis")
                                                .orElseThrow())
                                .median()
                        <= 500,
                "holdfast branch create one"));
        owned(stack, driver, size, page);
        stack.run("branch", "delete", "one").orFail();
        List<Json> together = IntStream.range(0, AT_ONCE)
                .mapToObj(number -> CompletableFuture.supplyAsync(
                        () -> create(stack, "many" + number),
                        task -> Thread.ofVirtual().start(task)))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
        Samples many = samples(together, done -> done.longAt("millis").orElseThrow());
        page.add(new Row(
                "... " + AT_ONCE + " at once, each",
                many,
                "ms",
                Optional.of(new Row.Floor("one alone", alone)),
                "reported",
                true,
                "holdfast branch create many0 & ..."));
        IntStream.range(0, AT_ONCE)
                .forEach(
                        number -> stack.run("branch", "delete", "many" + number).orFail());
        stack.run("down", name, "--purge", "--confirm", name).orFail();
    }

    private static String yaml(String name) {
        return """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: %s }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { memory: 512Mi }
                  databases: { app: {} }
            """.formatted(name);
    }

    private static void owned(RunningStack stack, String driver, String size, Page page) {
        double fresh = own(stack);
        stack.run(
                "branch",
                "connect",
                "one",
                "main",
                "--",
                "-qc",
                "UPDATE big SET n = 1 WHERE id % 100 = 0",
                "-qc",
                "CHECKPOINT");
        double changed = own(stack);
        page.add(new Row(
                "Bytes of its own that a fresh branch of " + size + " has in `" + driver + "`",
                Samples.single(fresh / (1 << 20)),
                "MiB",
                Optional.empty(),
                "reported",
                true,
                "holdfast branch show one"));
        page.add(new Row(
                "... after 1 % of its rows were updated",
                Samples.single(changed / (1 << 20)),
                "MiB",
                Optional.empty(),
                "reported",
                true,
                "holdfast branch show one"));
    }

    private static double own(RunningStack stack) {
        return stack.run("branch", "show", "one", "--output", "json")
                .orFail()
                .json()
                .longAt("ownBytes")
                .orElse(-1L);
    }

    /** The whole stack of the first guide, against the slowest of its engines alone. */
    private static void starter(Path root, Installation installation, Page page) {
        Path folder = root.resolve("stacks/starter");
        installation.run(folder, "up", "--env", "dev").orFail();
        RunningStack stack = new RunningStack(installation, folder, "starter");
        int port = Math.toIntExact(
                stack.endpoints("objects").getFirst().longAt("port").orElseThrow());
        EngineStart.Command command = stopped(stack, "objects-0");
        Samples floor = Samples.of(ROUNDS, () -> EngineStart.nanosToFirstAnswer(command, "s3", port));
        installation.run(folder, "up", "--env", "dev").orFail();
        List<Json> made = new ArrayList<>();
        for (int round = -1; round < ROUNDS; round++) {
            Json done = create(stack, "one");
            if (round >= 0) {
                made.add(done);
            }
            stack.run("branch", "delete", "one").orFail();
        }
        Samples whole = samples(made, done -> done.longAt("millis").orElseThrow());
        page.add(new Row(
                "The whole starter stack branched until all of it serves",
                whole,
                "ms",
                Optional.of(new Row.Floor("S3Proxy's own start", floor)),
                "≤ 1.5",
                whole.median() <= 1.5 * floor.median(),
                "holdfast branch create one"));
        Samples pause = samples(
                made, done -> done.at("cut").orElseThrow().longAt("pauseMillis").orElseThrow());
        page.add(new Row(
                "... for which it stands still",
                pause,
                "ms",
                Optional.empty(),
                "≤ 500 ms",
                pause.median() <= 500,
                "holdfast branch create one"));
        stack.run("down", "starter", "--purge", "--confirm", "starter").orFail();
    }

    /** What each of very many costs. */
    private static void hundred(Installation installation, Page page) throws IOException {
        RunningStack stack = RunningStack.up(
                installation, installation.home().resolve("project").resolve("crowd"), "crowd", yaml("crowd"));
        long memory = used();
        List<Json> made = IntStream.range(0, MANY)
                .mapToObj(number -> create(stack, "b" + number))
                .toList();
        page.add(new Row(
                MANY + " branches of one stack, one after the other, each",
                samples(made, done -> done.longAt("millis").orElseThrow()),
                "ms",
                Optional.empty(),
                "reported",
                true,
                "for i in $(seq " + MANY + "); do holdfast branch create b$i; done"));
        page.add(new Row(
                "... memory that each takes of the machine while all of them run",
                Samples.single((double) (used() - memory) / MANY / (1 << 10)),
                "MiB",
                Optional.empty(),
                "reported",
                true,
                "free -m"));
        List<Json> shown =
                stack.run("branch", "list", "--output", "json").orFail().json().itemsAt("branches");
        page.add(new Row(
                "... bytes of its own that each has",
                samples(shown, branch -> branch.longAt("ownBytes").orElse(-1L) / (double) (1 << 20)),
                "MiB",
                Optional.empty(),
                "reported",
                true,
                "holdfast branch list"));
        IntStream.range(0, MANY)
                .forEach(number -> stack.run("branch", "delete", "b" + number).orFail());
        stack.run("down", "crowd", "--purge", "--confirm", "crowd").orFail();
    }

    /** KiB of the machine's memory that are not to be had. */
    private static long used() throws IOException {
        return Pages.memory("MemTotal") - Pages.memory("MemAvailable");
    }

    /** How the member is started; it is not running any more when this returns. */
    private static EngineStart.Command stopped(RunningStack stack, String member) {
        long launcher = ProcessHandle.of(stack.pid(member))
                .flatMap(ProcessHandle::parent)
                .flatMap(ProcessHandle::parent)
                .orElseThrow()
                .pid();
        EngineStart.Command command = EngineStart.Command.of(launcher);
        stack.run("down", stack.name()).orFail();
        return command;
    }

    private static Json create(RunningStack stack, String name) {
        return stack.run("branch", "create", name, "--stack", stack.name(), "--pause-for-copy", "--output", "json")
                .orFail()
                .json();
    }

    private static Samples samples(List<Json> made, ToDoubleFunction<Json> value) {
        return new Samples(made.stream().map(value::applyAsDouble).toList());
    }

    private static Outcome run(Installation installation, String... arguments) {
        return installation.run(installation.home(), arguments).orFail();
    }
}
