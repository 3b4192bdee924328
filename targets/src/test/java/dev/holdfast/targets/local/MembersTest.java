package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.problem.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.holdfast.targets.local.Fixture.IDLE;
import static dev.holdfast.targets.local.Fixture.await;
import static dev.holdfast.targets.local.Fixture.patience;
import static dev.holdfast.targets.local.Fixture.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Members as processes of this machine, in namespaces of their own. */
final class MembersTest {
    private static final String M = "main-0";

    @TempDir
    private Path folder;

    private Fixture fixture;
    private LocalStack stack;
    private Members members;

    @BeforeEach
    void open() {
        fixture = Fixture.in(folder);
    }

    @AfterEach
    void leaveNothing() {
        if (stack != null) {
            members.sweep(M, Optional.empty());
            stack.close();
        }
        fixture.launcher().close();
    }

    private Running started(Workload workload) {
        stack = fixture.open(workload);
        members = new Members(stack.folder(), fixture.launcher(), java.time.InstantSource.system());
        stack.prepare(workload);
        return stack.start(workload);
    }

    @Test
    void aStartedMemberIsFoundAndOneStoppedIsNot() {
        Running running = started(workload(M, IDLE));
        assertThat(stack.find(M)).contains(running);
        assertThat(stack.rss(running)).isPositive();
        assertThat(stack.stop(running)).isEqualTo(new Ended.Exited(OptionalInt.of(143)));
        assertThat(stack.find(M)).isEmpty();
        assertThat(stack.rss(running)).isZero();
        assertThat(members.left(M, Optional.of(running))).isEmpty();
        assertThat(stack.folder().run(M)).doesNotExist();
    }

    @Test
    void startingWhatRunsStartsNothing() {
        Workload workload = workload(M, IDLE);
        Running running = started(workload);
        assertThat(stack.start(workload)).isEqualTo(running);
    }

    @Test
    void theSignalReachesTheEngineWhichEndsInGoodOrder() {
        Running running = started(workload(M, "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.02; done"));
        await(() -> log().contains("up"));
        assertThat(stack.stop(running)).isEqualTo(new Ended.Exited(OptionalInt.of(3)));
        assertThat(log()).contains("bye");
    }

    @Test
    void whoDoesNotListenIsKilledWithAllItStarted() {
        Running running = started(patience(
                workload(M, "trap '' TERM; sleep 1000 & setsid sleep 1000 & echo up; while :; do sleep 0.02; done"),
                Duration.ofMillis(200)));
        await(() -> log().contains("up"));
        assertThat(members.left(M, Optional.of(running)).size()).isGreaterThan(4);
        Ended ended = stack.stop(running);
        assertThat(ended).isEqualTo(new Ended.Killed(Duration.ofMillis(200)));
        assertThat(members.left(M, Optional.of(running))).isEmpty();
    }

    @Test
    void aPausedEngineIsKilledToo() {
        Running running = started(patience(workload(M, IDLE), Duration.ofMillis(200)));
        Processes.signal(running.engine(), 19);
        await(() -> Processes.stat(running.pid()).orElseThrow().state() == 'T');
        assertThat(stack.stop(running)).isInstanceOf(Ended.Killed.class);
        assertThat(members.left(M, Optional.of(running))).isEmpty();
    }

    @Test
    void theEndOfAKilledEngineIsTold() throws Exception {
        Running running = started(workload(M, "sleep 1000 & echo up; exec sleep 1000"));
        await(() -> log().contains("up"));
        var ended = stack.onExit(running);
        assertThat(ended).isNotDone();
        Processes.signal(running.engine(), Unix.SIGKILL);
        assertThat(ended.get(20, TimeUnit.SECONDS).because()).isEqualTo("it was ended by signal 9");
        assertThat(stack.find(M)).isEmpty();
        assertThat(members.left(M, Optional.of(running))).isEmpty();
    }

    @Test
    void whoeverLosesItsLauncherIsSwept() throws Exception {
        Running running = started(workload(M, IDLE));
        var ended = stack.onExit(running);
        Processes.signal(running.launcher(), Unix.SIGKILL);
        ended.get(20, TimeUnit.SECONDS);
        assertThat(Processes.isAlive(running.engine())).isFalse();
        assertThat(members.left(M, Optional.of(running))).isEmpty();
    }

    @Test
    void aMemberWhoseRecordIsLostIsEndedBeforeItIsStartedAgain() throws IOException {
        Workload workload = workload(M, IDLE);
        Running lost = started(workload);
        Files.delete(stack.folder().run(M));
        assertThat(stack.find(M)).isEmpty();
        Running next = stack.start(workload);
        assertThat(Processes.isAlive(lost.engine())).isFalse();
        assertThat(Processes.isAlive(next.engine())).isTrue();
    }

    @Test
    void aRecordIsNotBelievedForItsPidAlone() {
        Running running = started(workload(M, IDLE));
        ProcessId other = new ProcessId(running.engine().pid(), running.engine().startTicks() + 1);
        members.record(new Running(
                M,
                new ProcessId(running.launcher().pid(), 1),
                running.init(),
                other,
                running.bootId(),
                "",
                "",
                running.ports(),
                running.startedAt(),
                running.stop(),
                running.reload(),
                Facts.NONE));
        assertThat(stack.find(M)).isEmpty();
        assertThat(Processes.signal(other, Unix.SIGKILL)).isFalse();
        assertThat(Processes.isAlive(running.engine())).isTrue();
        assertThat(Processes.awaitEnd(other, Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void aRecordOfAnEarlierBootIsNotBelieved() {
        Running running = started(workload(M, IDLE));
        members.record(new Running(
                M,
                running.launcher(),
                running.init(),
                running.engine(),
                "another",
                "",
                "",
                running.ports(),
                running.startedAt(),
                running.stop(),
                running.reload(),
                Facts.NONE));
        assertThat(stack.find(M)).isEmpty();
    }

    @Test
    void aZombieIsDead() throws Exception {
        // the shell becomes a sleep that never waits for its child
        Process parent = new ProcessBuilder("/bin/sh", "-c", "sleep 0.01 & echo $!; exec sleep 1000").start();
        try {
            long child = Long.parseLong(
                    new String(parent.getInputStream().readNBytes(1), java.nio.charset.StandardCharsets.US_ASCII)
                            + parent.inputReader().readLine());
            await(() ->
                    Processes.stat(child).filter(stat -> stat.state() == 'Z').isPresent());
            assertThat(Processes.identify(child)).isEmpty();
            assertThat(ProcessHandle.of(child)).as("Java's own answer").isPresent();
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    @Test
    void aMemberOutlivesTheProcessThatStartedItAndIsAdopted() throws Exception {
        Workload workload = workload(M, IDLE);
        stack = fixture.open(workload);
        members = new Members(stack.folder(), fixture.launcher(), java.time.InstantSource.system());
        stack.close();
        Process daemon = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartMain.class.getName(),
                        folder.toString(),
                        M)
                .redirectErrorStream(true)
                .start();
        String said = new String(daemon.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(daemon.waitFor()).as(said).isEqualTo(137);
        stack = fixture.open(workload);
        Running adopted = stack.find(M).orElseThrow();
        assertThat(said).contains(adopted.engine().toString());
        assertThat(stack.differences(workload)).isEmpty();
        var ended = stack.onExit(adopted);
        assertThat(ended).isNotDone();
        assertThat(stack.stop(adopted)).isEqualTo(new Ended.Exited(OptionalInt.empty()));
        assertThat(ended.get(20, TimeUnit.SECONDS).because()).contains("earlier daemon");
        assertThat(members.left(M, Optional.of(adopted))).isEmpty();
    }

    @Test
    void whatEndsWhileStartingSaysItsLastWords() {
        fixture = fixture.withPrograms("broken");
        assertThatThrownBy(() -> started(workload(M, IDLE)))
                .hasMessageContaining(
                        "main-0 ended with status 7 while it was starting; its last words: no such luck [HF3109]");
        assertThat(stack.find(M)).isEmpty();
    }

    @Test
    void aProgramThatCannotBeStartedIsNamed() {
        assertThatThrownBy(
                        () -> fixture.launcher().start(List.of("/no/such"), java.util.Map.of(), folder.resolve("log")))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("'/no/such' cannot be started")
                .hasMessageContaining("HF3109");
    }

    @Test
    void whatCannotBeEndedIsReported() {
        assertThatThrownBy(() -> Members.requireNone(M, Set.of(new ProcessId(12, 13))))
                .hasMessageContaining("1 processes of main-0 did not end when killed, among them 12 [HF3110]");
        assertThatThrownBy(() -> Unix.check(38)).hasMessageContaining("HF3115");
    }

    @Test
    void secretsAreInNoArgumentAndNoEnvironment() {
        Workload workload = Fixture.secured(workload(M, "echo up; " + IDLE));
        Running running = started(workload);
        String secret = stack.secret(workload.secrets().getFirst().secret()).reveal();
        for (ProcessId process : members.left(M, Optional.of(running))) {
            for (String file : List.of("cmdline", "environ")) {
                assertThat(Processes.text(Path.of("/proc/" + process.pid() + "/" + file))
                                .orElse(""))
                        .doesNotContain(secret);
            }
        }
        assertThat(Processes.text(stack.folder().run(M)).orElseThrow()).doesNotContain(secret);
        assertThat(stack.folder().secrets(M).resolve("app")).hasContent(secret);
    }

    @Test
    void reloadReachesTheEngineAndIsRemembered() {
        Workload workload = workload(M, "trap 'echo again' HUP; echo up; while :; do sleep 0.02; done");
        Running running = started(workload);
        await(() -> log().contains("up"));
        Workload changed = Fixture.files(
                workload,
                new dev.holdfast.blueprint.ConfigurationFile(
                        "a.conf",
                        new dev.holdfast.blueprint.Content.Plain("a\n", dev.holdfast.blueprint.Setting.Effect.RELOAD)));
        stack.prepare(changed);
        Running reloaded = stack.reload(running, changed);
        await(() -> log().contains("again"));
        assertThat(stack.find(M)).contains(reloaded);
        assertThat(reloaded.inForce().files()).containsKey("config/a.conf");
    }

    private String log() {
        return Processes.text(stack.folder().log(M)).orElse("");
    }
}
