package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A stack that stands still while it is cloned goes on, whoever dies meanwhile. Its clones take long: they are copies. */
@Tag("engines")
final class PauseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int MEBIBYTES = 2000;

    private Installation installation;
    private RunningStack shop;

    @BeforeEach
    void begin() throws IOException {
        installation = Places.installation("pause");
        shop = RunningStack.up(installation, Places.folder(installation, "shop"), "shop", SmallStack.redis("shop"));
        shop.shell("cache", "SET", "word", "kept").orFail();
        // nothing of Redis, but in its folder: what makes a copy last
        try (OutputStream out = Files.newOutputStream(folder("shop").resolve("volume/cache-0/ballast"))) {
            byte[] noise = new byte[1 << 20];
            Arrays.fill(noise, (byte) 7);
            for (int written = 0; written < MEBIBYTES; written++) {
                out.write(noise);
            }
        }
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void whoeverDiesMeanwhileNobodyStandsStill() throws Exception {
        assertThat(branch("create", "try").err()).contains("HF3222").contains("--pause-for-copy");
        assertThat(branch("list").orFail().out()).doesNotContain("try");
        long server = shop.pid("cache-0");

        // the daemon: nobody starts another, and the members go on all the same
        CompletableFuture<Outcome> asking = create();
        awaitStill(server);
        Machine.kill(Machine.daemon(installation));
        awaitMoving(server);
        assertThat(asking.join().status()).isNotZero();
        assertThat(shop.pid("cache-0")).isEqualTo(server);
        assertThat(shop.shell("cache", "GET", "word").orFail().out()).contains("kept");
        awaitNoBranch();

        // the guard: what was copied since is of no use, and is not kept
        asking = create();
        awaitStill(server);
        Machine.signal(guard(), "KILL");
        Outcome unguarded = asking.join();
        assertThat(unguarded.status()).isEqualTo(4);
        assertThat(unguarded.err()).contains("HF3221");
        awaitMoving(server);
        awaitNoBranch();

        // both: the next daemon has them go on
        asking = create();
        awaitStill(server);
        long guard = guard();
        Machine.signal(guard, "STOP");
        Machine.kill(Machine.daemon(installation));
        Machine.signal(guard, "KILL");
        assertThat(asking.join().status()).isNotZero();
        assertThat(isStill(server)).isTrue();
        assertThat(shop.pid("cache-0")).isEqualTo(server);
        awaitMoving(server);
        awaitNoBranch();

        // and where nobody dies
        assertThat(create().join().orFail().out()).contains("stood still");
        assertThat(shop.run("connect", "cache", "--stack", "shop@try", "--", "GET", "word")
                        .orFail()
                        .out())
                .contains("kept");
        awaitMoving(server);

        // killed while it is reset: the next daemon does it again
        shop.shell("cache", "SET", "word", "later").orFail();
        asking = CompletableFuture.supplyAsync(() -> branch("reset", "try", "--pause-for-copy"));
        awaitStill(server);
        Machine.kill(Machine.daemon(installation));
        assertThat(asking.join().status()).isNotZero();
        awaitMoving(server);
        Await.until(
                "the branch holds what its parent has",
                PATIENCE,
                () -> shop.run("connect", "cache", "--stack", "shop@try", "--", "GET", "word")
                        .out()
                        .contains("later"),
                () -> branch("list").out());
    }

    private CompletableFuture<Outcome> create() {
        return CompletableFuture.supplyAsync(() -> branch("create", "try", "--pause-for-copy"));
    }

    private void awaitNoBranch() {
        Await.until(
                "nothing is left of the branch",
                PATIENCE,
                () -> !Files.exists(folder("shop@try"))
                        && !branch("list").orFail().out().contains("try"),
                () -> branch("list").out());
    }

    private static void awaitStill(long pid) {
        Await.until(
                "process " + pid + " stands still", PATIENCE, () -> isStill(pid), () -> Machine.field(pid, "State"));
    }

    private static void awaitMoving(long pid) {
        Await.until("process " + pid + " goes on", PATIENCE, () -> !isStill(pid), () -> Machine.field(pid, "State"));
    }

    private static boolean isStill(long pid) {
        return Machine.field(pid, "State").startsWith("T");
    }

    private static long guard() {
        List<Long> guards = ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid ->
                        Machine.read(Path.of("/proc/" + pid + "/cmdline")).startsWith("sh\0-c\0p=$(timeout"))
                .toList();
        assertThat(guards).isNotEmpty();
        return guards.getFirst();
    }

    private Outcome branch(String... words) {
        return shop.run(Stream.concat(Stream.of("branch"), Stream.of(words)).toArray(String[]::new));
    }

    private Path folder(String stack) {
        return installation.home().resolve("data/stacks").resolve(stack);
    }
}
