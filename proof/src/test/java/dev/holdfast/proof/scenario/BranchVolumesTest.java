package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;

/** Branches where files are cloned: killed in between, with both sides written to, and as that in which a migration is tried. */
@Tag("engines")
@Tag("root")
@EnabledIf("imagesAreOffered")
final class BranchVolumesTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  version: "17"
                  databases: { shop: { migrations: { folder: sql, when: asked } } }
                cache: { engine: redis }
            """;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Installation installation;
    private RunningStack shop;
    private Path mount;

    static boolean imagesAreOffered() {
        return VolumesTest.imagesAreOffered();
    }

    @BeforeEach
    void begin() {
        installation = Places.installation("images");
        mount = installation.home().resolve("data/volumes/fast/mount");
    }

    @AfterEach
    void leaveNothing() throws IOException {
        try {
            installation.close();
            Machine.awaitNoProcess(installation);
        } finally {
            while (Files.readString(Path.of("/proc/mounts")).contains(mount + " ")) {
                Machine.run("umount", mount.toString());
            }
        }
    }

    /** Whenever the daemon is killed, what it was at is there as a whole or not at all, and the parent serves. */
    @Test
    void noKillLeavesHalfABranchNorTakesTheParentsData() throws Exception {
        on("xfs-image", YAML.replaceFirst("(?s) {4}main:.*?(?= {4}cache)", ""));
        redis("shop", "SET", "word", "parent");

        killed(() -> Files.exists(state("shop@half")), "create", "half");
        Await.until("nothing of it is left", PATIENCE, () -> tree().isEmpty(), () -> tree().toString());
        assertThat(data()).containsExactly("shop");
        branch("create", "half").orFail();
        redis("shop@half", "SET", "word", "child");

        redis("shop", "SET", "word", "reset");
        killed(() -> read("shop@half").contains("\"recut\": true"), "reset", "half");
        Await.until("it is reset", PATIENCE, () -> isAwake("half"), () -> tree().toString());
        assertThat(redis("shop@half", "GET", "word")).isEqualTo("reset");
        redis("shop@half", "SET", "word", "child");

        killed(() -> Files.exists(folder("shop").resolve("promotion.json")), "promote", "half", "--approve", "shop");
        shop.run("up").orFail();
        assertThat(redis("shop", "GET", "word")).isEqualTo("child");
        shop.run("up", "--name", "shop@half").orFail();
        assertThat(redis("shop@half", "GET", "word")).isEqualTo("reset");

        killed(() -> read("shop@half").contains("\"filled\": false"), "delete", "half");
        Await.until("it is gone", PATIENCE, () -> tree().isEmpty(), () -> tree().toString());
        assertThat(data()).containsExactly("shop");
        assertThat(redis("shop", "GET", "word")).isEqualTo("child");
    }

    @Test
    void bothSidesOfASnapshotAreWrittenToAndAMigrationIsTriedInOne() throws Exception {
        Path sql = Places.folder(installation, "shop").resolve("sql");
        Files.createDirectories(sql);
        Files.writeString(sql.resolve("V1__items.sql"), "CREATE TABLE items AS SELECT 1 AS id;\n");
        on("btrfs-image", YAML);
        shop.run("migrate", "up").orFail();
        redis("shop", "SET", "word", "first");

        branch("create", "own").orFail();
        sql("shop@own", "UPDATE items SET id = 2");
        redis("shop@own", "SET", "word", "second");
        assertThat(sql("shop", "SELECT id FROM items")).isEqualTo("1");
        assertThat(redis("shop", "GET", "word")).isEqualTo("first");
        sql("shop", "UPDATE items SET id = 3");
        redis("shop", "SET", "word", "third");
        assertThat(sql("shop@own", "SELECT id FROM items")).isEqualTo("2");
        assertThat(redis("shop@own", "GET", "word")).isEqualTo("second");

        // copied while it serves, with the logins of where it came from
        Json live = branch("create", "live", "--live", "--keep-credentials", "--output", "json")
                .orFail()
                .json()
                .at("cut")
                .orElseThrow();
        assertThat(live.longAt("copiedBytes").orElseThrow()).isGreaterThan(1_000_000);
        assertThat(live.longAt("skewMillis").orElseThrow()).isPositive();
        assertThat(sql("shop@live", "SELECT id FROM items")).isEqualTo("3");
        assertThat(redis("shop@live", "GET", "word")).isEqualTo("third");
        for (String name : List.of("PGPASSWORD", "REDIS_PASSWORD")) {
            assertThat(named("shop@live").environment().textAt(name))
                    .isEqualTo(shop.environment().textAt(name))
                    .isNotEqualTo(named("shop@own").environment().textAt(name));
        }
        branch("delete", "live").orFail();

        Files.writeString(sql.resolve("V2__more.sql"), "ALTER TABLE items ADD COLUMN more text;\n");
        Json rehearsed =
                shop.run("migrate", "rehearse", "--output", "json").orFail().json();
        assertThat(rehearsed.itemsAt("files")).hasSize(1);
        assertThat(Files.readString(folder("shop").resolve("journal.ndjson")))
                .containsPattern("because the branch shop@rehearsal-[a-z0-9]+ was asked for");
        assertThat(tree()).containsExactly("own<shop");
        assertThat(data()).containsExactlyInAnyOrder("shop", "shop@own");
    }

    private void on(String driver, String yaml) {
        Path folder = Places.folder(installation, "shop");
        shop = new RunningStack(installation, folder, "shop");
        shop.write(yaml);
        shop.run("volumes", "create", "fast", "--driver", driver, "--size", "1Gi", "--default")
                .orFail();
        shop.run("up").orFail();
    }

    /** Kills the daemon as soon as it has come so far, and has the next one begin. */
    private void killed(BooleanSupplier at, String... words) throws InterruptedException {
        long daemon = Machine.daemon(installation);
        Path out = installation.home().resolve("killed-" + words[0]);
        Process command = installation.start(
                shop.folder(),
                out,
                Stream.concat(Stream.of("branch"), Stream.of(words)).toArray(String[]::new));
        while (!at.getAsBoolean() && command.isAlive()) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(command.isAlive()).as(Machine.read(out)).isTrue();
        Machine.kill(daemon);
        assertThat(command.waitFor()).isNotZero();
        shop.run("stacks").orFail();
        shop.awaitReady(PATIENCE);
    }

    /** Whose data the volume has; what is thrown away already is not counted. */
    private List<String> data() throws IOException {
        try (Stream<Path> entries = Files.list(mount.resolve("stacks"))) {
            return entries.map(path -> path.getFileName().toString())
                    .filter(name -> !name.equals(".trash"))
                    .toList();
        }
    }

    private boolean isAwake(String name) {
        return branch("list", "--output", "json").orFail().json().itemsAt("branches").stream()
                .anyMatch(item -> item.textAt("name").orElseThrow().equals(name)
                        && item.textAt("state").orElseThrow().equals("awake"));
    }

    /** Each branch and what it was made from. */
    private List<String> tree() {
        return branch("list", "--output", "json").orFail().json().itemsAt("branches").stream()
                .map(item -> item.textAt("name").orElseThrow() + "<"
                        + item.textAt("parent").orElseThrow())
                .toList();
    }

    private RunningStack named(String stack) {
        return new RunningStack(installation, shop.folder(), stack);
    }

    private Outcome branch(String... words) {
        return shop.run(Stream.concat(Stream.of("branch"), Stream.of(words)).toArray(String[]::new));
    }

    private Path folder(String stack) {
        return installation.home().resolve("data/stacks").resolve(stack);
    }

    private Path state(String stack) {
        return folder(stack).resolve("desired.json");
    }

    private String read(String stack) {
        return Machine.read(state(stack));
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
