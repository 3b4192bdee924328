package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Branches of a whole stack: of one instant, shut off from what they were made from, and gone when they should be. */
@Tag("engines")
final class BranchTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  version: "17"
                  databases: { shop: {} }
                cache: { engine: redis }
                objects:
                  engine: s3
                  buckets: { files: {} }
            """;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private Installation installation;
    private RunningStack shop;

    @BeforeEach
    void begin() {
        installation = Places.installation("branch");
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void allEnginesOfABranchAreOfOneInstantAndNeitherSideSeesTheOther() throws Exception {
        up(YAML);
        try (Three source = Three.of(shop)) {
            source.begin();
            CompletableFuture<Long> writing = source.writeUntilTold();
            branch("create", "one").orFail();
            Outcome second =
                    branch("create", "two", "--from", "one", "--output", "json").orFail();
            source.stop();
            // whoever wrote meanwhile waited and saw no error
            assertThat(writing.get()).isGreaterThan(0);
            assertThat(second.json().at("cut").orElseThrow().longAt("pauseMillis"))
                    .hasValueSatisfying(pause -> assertThat(pause).isPositive());

            for (String name : List.of("shop@one", "shop@two")) {
                try (Three branch = Three.of(named(name))) {
                    List<Long> seen = branch.read();
                    // in the order in which they are written
                    assertThat(seen).as(name).isSortedAccordingTo((a, b) -> Long.compare(b, a));
                    assertThat(seen.getFirst() - seen.getLast())
                            .as(name + " " + seen)
                            .isBetween(0L, 1L);
                    long before = source.read().getFirst();
                    branch.write(-1);
                    assertThat(source.read()).containsOnly(before);
                    source.write(before + 1);
                    assertThat(branch.read()).containsOnly(-1L);
                    // its logins are its own
                    assertThatThrownBy(() -> branch.with(source)).isInstanceOf(SQLException.class);
                }
            }
        }

        // the tree: what others were made from stays, and says what to do
        assertThat(tree()).containsExactly("one<shop", "two<shop@one");
        Outcome kept = branch("delete", "one");
        assertThat(kept.status()).isEqualTo(5);
        assertThat(kept.err()).contains("HF3223").contains("shop@two");
        assertThat(shop.run("down", "shop@one", "--purge", "--confirm", "shop@one")
                        .err())
                .contains("HF3223");
        branch("delete", "two").orFail();
        branch("delete", "one").orFail();
        assertThat(tree()).isEmpty();
        assertThat(folder("shop@one")).doesNotExist();
        assertThat(branch("show", "one").err()).contains("HF3220");

        // of two that ask for one name one gets it
        List<CompletableFuture<Outcome>> both = Stream.of("a", "b")
                .map(any -> CompletableFuture.supplyAsync(() -> branch("create", "same", "--service", "cache")))
                .toList();
        List<Outcome> outcomes = both.stream().map(CompletableFuture::join).toList();
        assertThat(outcomes).extracting(Outcome::status).containsExactlyInAnyOrder(0, 2);
        assertThat(outcomes).anySatisfy(outcome -> assertThat(outcome.err()).contains("HF3213"));
        // what it was made from does not go under it
        Outcome root = shop.run("down", "--purge", "--confirm", "shop");
        assertThat(root.status()).isEqualTo(5);
        assertThat(root.err()).contains("HF3223").contains("holdfast branch delete same");
        assertThat(shop.status().isAt("ready")).isTrue();
        // a part is never put in the place of the whole
        assertThat(branch("promote", "same", "--approve", "shop").err()).contains("HF3225");
        assertThat(branch("create", "past", "--at", "2026-01-01T00:00:00Z").err())
                .contains("HF3227");
        assertThat(branch("create", "past", "--at", "2026-01-01T00:00:00Z", "--keep-credentials", "--live")
                        .err())
                .contains("HF3229")
                .contains("--live and --keep-credentials");

        // those that ask together are of one instant, and whoever takes a name that just went gets a whole branch
        Set<Long> pauses = Stream.of("a", "b", "c", "d")
                .map(name -> CompletableFuture.supplyAsync(
                        () -> branch("create", name, "--service", "cache", "--output", "json"),
                        task -> Thread.ofPlatform().start(task)))
                .toList()
                .stream()
                .map(made -> made.join()
                        .orFail()
                        .json()
                        .at("cut")
                        .orElseThrow()
                        .longAt("pauseMillis")
                        .orElseThrow())
                .collect(Collectors.toSet());
        assertThat(pauses).doesNotContain(0L);
        CompletableFuture<Outcome> goes = CompletableFuture.supplyAsync(() -> branch("delete", "a"));
        Await.until(
                "it goes",
                PATIENCE,
                () -> !Machine.read(folder("shop@a").resolve("desired.json")).contains("\"filled\": true"),
                () -> Machine.read(folder("shop@a").resolve("desired.json")));
        branch("create", "a", "--service", "cache").orFail();
        goes.join().orFail();
        assertThat(named("shop@a").status().isAt("ready")).isTrue();
        assertThat(redis("shop@a", "SET", "word", "of the new one")).isEqualTo("OK");
    }

    @Test
    void aBranchIsResetPromotedProtectedAndEnds() throws Exception {
        String yaml = YAML.replace("cache: { engine: redis }", "cache: { engine: redis, persistence: none }")
                .replaceFirst("(?s) {4}objects:.*", "");
        up(yaml);
        sql("shop", "CREATE TABLE items AS SELECT 1 AS id");
        redis("shop", "SET", "word", "first");
        branch("create", "try").orFail();
        // what is in memory alone is in it, and not left lying about where it came from
        assertThat(redis("shop@try", "GET", "word")).isEqualTo("first");
        assertThat(folder("shop").resolve("volume/cache-0/dump.rdb")).doesNotExist();
        Json before = named("shop@try").environment();

        redis("shop", "SET", "word", "second");
        sql("shop", "UPDATE items SET id = 2");
        branch("reset", "try").orFail();
        assertThat(redis("shop@try", "GET", "word")).isEqualTo("second");
        assertThat(sql("shop@try", "SELECT id FROM items")).isEqualTo("2");
        assertThat(named("shop@try").environment()).isEqualTo(before);

        // a reset that is refused leaves it alone: not even its server was stopped
        long server = named("shop@try").pid("main-0");
        shop.write(Files.readString(shop.folder().resolve("stack.yaml"))
                .replace(
                        "databases: { shop: {} }",
                        "databases: { shop: { masking: { tables: { items: { missing: erase } } } } }"));
        shop.run("up").orFail();
        Outcome refused = branch("reset", "try");
        assertThat(refused.status()).as(refused.text()).isNotZero();
        assertThat(refused.err()).contains("missing");
        assertThat(named("shop@try").pid("main-0")).isEqualTo(server);
        assertThat(sql("shop@try", "SELECT id FROM items")).isEqualTo("2");
        shop.write(yaml);
        shop.run("up").orFail();

        // promoted it serves in the place of its parent, with the parent's logins; and back again
        sql("shop@try", "UPDATE items SET id = 3");
        redis("shop@try", "SET", "word", "third");
        Json environment = shop.environment();
        Outcome unapproved = branch("promote", "try");
        assertThat(unapproved.status()).isEqualTo(5);
        assertThat(unapproved.err()).contains("HF3226");
        branch("expire", "try", "--after", "8h").orFail();
        Path note = folder("shop").resolve("promotion.json");
        Path kept = installation.home().resolve("kept.json");
        CompletableFuture<Void> seen = linked(note, kept);
        branch("promote", "try", "--approve", "shop").orFail();
        seen.join();
        assertThat(sql("shop", "SELECT id FROM items")).isEqualTo("3");
        assertThat(shop.environment()).isEqualTo(environment);
        // it has all that the parent had, which nobody wants to be gone in eight hours
        assertThat(branch("show", "try", "--output", "json").orFail().json().textAt("expires"))
                .isEmpty();
        shop.run("up", "--name", "shop@try").orFail();
        assertThat(sql("shop@try", "SELECT id FROM items")).isEqualTo("2");

        // while it is not certain whose data they have neither is opened; the end of it, done once more, changes
        // nothing
        shop.run("down", "shop@try").orFail();
        shop.run("down", "shop").orFail();
        Files.copy(kept, note);
        for (String stack : List.of("shop", "shop@try")) {
            assertThat(shop.run("up", "--name", stack).err()).contains("HF3228");
        }
        Machine.kill(Machine.daemon(installation));
        shop.run("stacks").orFail();
        shop.run("up").orFail();
        assertThat(sql("shop", "SELECT id FROM items")).isEqualTo("3");
        assertThat(note).doesNotExist();

        // killed between the two: what was written down is done by the next daemon, once
        shop.run("down", "shop").orFail();
        Machine.kill(Machine.daemon(installation));
        Files.copy(kept, note);
        Files.writeString(folder("shop@try").resolve("volume/.promoted"), "{\"branch\": \"shop@try\"}");
        shop.run("stacks").orFail();
        shop.run("up").orFail();
        assertThat(sql("shop", "SELECT id FROM items")).isEqualTo("2");

        // protected it stays, whatever its time
        branch("protect", "try").orFail();
        assertThat(branch("delete", "try").err()).contains("HF3224");
        assertThat(branch("reset", "try").err()).contains("HF3224");
        assertThat(branch("expire", "try", "--after", "soon").err()).contains("HF3205");
        branch("expire", "try", "--after", "1s").orFail();
        branch("create", "short", "--service", "cache", "--after", "1s").orFail();
        Await.until("its time has come", PATIENCE, () -> !tree().contains("short<shop"), () -> tree().toString());
        assertThat(tree()).containsExactly("try<shop");
        branch("unprotect", "try").orFail();
        branch("expire", "try", "--after", "1s").orFail();
        Await.until("its time has come", PATIENCE, () -> tree().isEmpty(), () -> tree().toString());
    }

    @Test
    void aBranchOfACommandEndsWithIt() throws Exception {
        up(YAML.replaceFirst("(?s) {4}main:.*?(?= {4}cache)", "").replaceFirst("(?s) {4}objects:.*", ""));
        redis("shop", "SET", "word", "first");

        Outcome ran = branch("run", "ci", "--service", "cache", "--", "sh", "-c", "echo \"port $REDIS_PORT\"; exit 7");
        assertThat(ran.status()).isEqualTo(7);
        assertThat(ran.out()).contains("port ").doesNotContain("port " + port("shop") + "\n");
        assertThat(tree()).isEmpty();
        assertThat(branch("run", "ci", "--", "no-such-command").err()).contains("HF3307");
        assertThat(tree()).isEmpty();
        assertThat(branch("run", "ci").err()).contains("HF3301");

        // what a command found worth keeping stays when it ends, and when the daemon does
        String bin = Places.launcher().toString();
        assertThat(branch("run", "ci", "--", bin, "branch", "protect", "ci", "--stack", "shop")
                        .status())
                .isZero();
        Machine.kill(Machine.daemon(installation));
        shop.run("stacks").orFail();
        assertThat(tree()).containsExactly("ci<shop");
        assertThat(redis("shop@ci", "GET", "word")).isEqualTo("first");
        branch("unprotect", "ci").orFail();
        branch("delete", "ci").orFail();

        // told to end: the command is told, too, and the branch goes
        for (String signal : List.of("TERM", "KILL")) {
            Path mark = installation.home().resolve("running-" + signal);
            Path out = installation.home().resolve("out-" + signal);
            Process command = installation.start(
                    shop.folder(),
                    out,
                    "branch",
                    "run",
                    "ci",
                    "--",
                    "sh",
                    "-c",
                    "trap 'echo told >> " + mark + "; exit 3' TERM; touch " + mark + "; while :; do sleep 0.1; done");
            Await.until("the command runs", PATIENCE, () -> Files.exists(mark), () -> Machine.read(out));
            Machine.signal(command.pid(), signal);
            Await.until("the branch is gone", PATIENCE, () -> tree().isEmpty(), () -> tree().toString());
            assertThat(command.waitFor()).isEqualTo(signal.equals("TERM") ? 143 : 137);
            if (signal.equals("TERM")) {
                assertThat(Files.readString(mark, StandardCharsets.UTF_8)).contains("told");
            } else {
                // nobody could tell this one
                ProcessHandle.allProcesses()
                        .filter(process -> Machine.read(Path.of("/proc/" + process.pid() + "/cmdline"))
                                .contains(mark.toString()))
                        .forEach(ProcessHandle::destroyForcibly);
            }
        }
        assertThat(redis("shop", "GET", "word")).isEqualTo("first");
    }

    private void up(String yaml) {
        shop = RunningStack.up(installation, Places.folder(installation, "shop"), "shop", yaml);
    }

    private RunningStack named(String stack) {
        return new RunningStack(installation, shop.folder(), stack);
    }

    private Outcome branch(String... words) {
        return shop.run(Stream.concat(Stream.of("branch"), Stream.of(words)).toArray(String[]::new));
    }

    /** Each branch and what it was made from. */
    private List<String> tree() {
        return branch("list", "--output", "json").orFail().json().itemsAt("branches").stream()
                .map(item -> item.textAt("name").orElseThrow() + "<"
                        + item.textAt("parent").orElseThrow())
                .toList();
    }

    /** Whoever reads it later has what was written, although whoever wrote it has removed it. */
    private static CompletableFuture<Void> linked(Path file, Path kept) throws IOException {
        WatchService watch = file.getFileSystem().newWatchService();
        file.getParent().register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        return CompletableFuture.runAsync(() -> {
            try (watch) {
                while (!Files.exists(kept)) {
                    WatchKey key = watch.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    assertThat(key).as(file + " was written").isNotNull();
                    if (Files.exists(file)) {
                        Files.createLink(kept, file);
                    }
                    key.pollEvents();
                    key.reset();
                }
            } catch (IOException | InterruptedException failed) {
                throw new IllegalStateException(failed);
            }
        });
    }

    private String port(String stack) {
        return named(stack).environment().textAt("REDIS_PORT").orElseThrow();
    }

    private Path folder(String stack) {
        return installation.home().resolve("data/stacks").resolve(stack);
    }

    private String sql(String stack, String text) {
        return last(shop.run("connect", "main", "--stack", stack, "--", "-qtAc", text));
    }

    private String redis(String stack, String... words) {
        return last(shop.run(Stream.concat(Stream.of("connect", "cache", "--stack", stack, "--"), Stream.of(words))
                .toArray(String[]::new)));
    }

    private static String last(Outcome outcome) {
        List<String> lines = outcome.orFail().out().strip().lines().toList();
        return lines.isEmpty() ? "" : lines.getLast();
    }
}
