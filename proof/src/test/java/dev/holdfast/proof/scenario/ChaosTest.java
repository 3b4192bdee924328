package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What must hold when things go wrong, on real processes: each test breaks one thing. */
@Tag("engines")
final class ChaosTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private Installation installation;

    @BeforeEach
    void begin() {
        installation = Places.installation("chaos");
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Await.until(
                "no process of the installation is left",
                SOON,
                () -> processes().isEmpty(),
                () -> String.join("\n", processes()));
    }

    @Test
    void aKilledEngineIsRestartedAndWhySaysSo() {
        RunningStack stack = up("pair", SmallStack.pair("pair"));
        stack.shell("main", "-c", "create table kept(n int); insert into kept values (1)")
                .orFail();
        for (String member : List.of("main-0", "main-pooler", "cache-0")) {
            long before = stack.pid(member);

            kill(before);

            Await.until(
                    member + " runs again",
                    SOON,
                    () -> stack.status().isAt("ready") && stack.pid(member) != before,
                    () -> stack.status().pretty());
            String service = member.substring(0, member.indexOf('-'));
            assertThat(stack.run("why", service).orFail().out())
                    .contains("restarted " + member)
                    .contains("because");
        }
        assertThat(stack.shell("main", "-Atc", "select n from kept")
                        .orFail()
                        .out()
                        .strip())
                .isEqualTo("1");
    }

    @Test
    void enginesServeOnWithoutTheDaemonAndTheNextCommandAdoptsThem() {
        RunningStack stack = up("pair", SmallStack.pair("pair"));
        Map<String, Long> before = pids(stack);
        long daemon = daemonPid();

        kill(daemon);

        for (long pid : before.values()) {
            assertThat(ProcessHandle.of(pid)).as("process " + pid).isPresent();
        }
        assertThat(stack.status().isAt("ready")).isTrue();
        assertThat(pids(stack)).isEqualTo(before);
        assertThat(daemonPid()).isNotEqualTo(daemon);
    }

    @Test
    void anEngineThatDiedWhileNobodyWatchedIsRestartedByTheNextDaemon() {
        RunningStack stack = up("redis", SmallStack.redis("redis"));
        long daemon = daemonPid();
        long engine = stack.pid("cache-0");
        kill(daemon);
        kill(engine);

        stack.status();
        stack.awaitReady(SOON);

        assertThat(stack.pid("cache-0")).isNotEqualTo(engine);
        assertThat(stack.run("why", "cache").orFail().out()).contains("cache-0");
    }

    @Test
    void anInterruptedUpLeavesNothingHalfStartedAndCanBeRunAgain() throws Exception {
        RunningStack stack = written("pair", SmallStack.pair("pair"));
        for (String signal : List.of("INT", "KILL")) {
            Path output = installation.home().resolve("up-" + signal + ".txt");
            Process up = installation.start(stack.folder(), output, "up");
            Await.until(
                    "the first process of the stack runs",
                    Duration.ofMinutes(2),
                    () -> !up.isAlive() || processes().stream().anyMatch(p -> p.contains("postgres")),
                    () -> read(output));
            new ProcessBuilder("kill", "-s", signal, Long.toString(up.pid()))
                    .start()
                    .waitFor();
            assertThat(up.waitFor(30, TimeUnit.SECONDS)).isTrue();

            Await.until(
                    "nothing half started is left after SIG" + signal,
                    SOON,
                    () -> engines().isEmpty() || stack.status().isAt("ready"),
                    () -> stack.status().pretty() + stack.run("why", "main").text() + read(output));
        }

        stack.run("up").orFail();
        assertThat(stack.status().isAt("ready")).isTrue();
    }

    @Test
    void aDaemonKilledDuringUpIsNoReasonToStartOver() throws Exception {
        RunningStack stack = written("pair", SmallStack.pair("pair"));
        Path output = installation.home().resolve("up.txt");
        Process up = installation.start(stack.folder(), output, "up");
        Await.until(
                "the first engine of the stack runs",
                Duration.ofMinutes(2),
                () -> !up.isAlive() || !engines().isEmpty(),
                () -> read(output));
        kill(daemonPid());
        assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();

        stack.run("up").orFail();

        stack.awaitReady(SOON);
        assertThat(stack.shell("main", "-Atc", "select 1").orFail().out().strip())
                .isEqualTo("1");
    }

    @Test
    void twoUpsAtOnceEndInOneStack() throws Exception {
        RunningStack stack = written("pair", SmallStack.pair("pair"));
        Path one = installation.home().resolve("one.txt");
        Path two = installation.home().resolve("two.txt");

        Process first = installation.start(stack.folder(), one, "up");
        Process second = installation.start(stack.folder(), two, "up");
        assertThat(first.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(second.waitFor(2, TimeUnit.MINUTES)).isTrue();

        assertThat(List.of(first.exitValue(), second.exitValue()))
                .as(read(one) + read(two))
                .contains(0);
        stack.awaitReady(SOON);
        // a sandbox is two processes: the one that watches and the first one inside
        assertThat(engines().stream().filter(e -> e.contains("redis-server")).count())
                .isEqualTo(2);
    }

    @Test
    void aPortTakenBySomeoneElseIsNamed() throws IOException {
        RunningStack stack = up("redis", SmallStack.redis("redis"));
        int port = Math.toIntExact(
                stack.endpoints("cache").getFirst().longAt("port").orElseThrow());
        stack.run("down").orFail();

        try (ServerSocket squatter = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            Outcome refused = stack.run("up");

            assertThat(refused.status()).as(refused.text()).isEqualTo(4);
            assertThat(refused.err())
                    .contains(Integer.toString(squatter.getLocalPort()))
                    .contains(Long.toString(ProcessHandle.current().pid()))
                    .contains("fix:");
        }
        stack.run("up").orFail();
    }

    @Test
    void aPortTakenBySomeoneElseIsLeftToThemWhereThatIsAskedFor() throws IOException {
        RunningStack stack = up("redis", SmallStack.redis("redis"));
        long port = stack.endpoints("cache").getFirst().longAt("port").orElseThrow();
        stack.shell("cache", "SET", "kept", "yes").orFail();
        stack.run("down").orFail();

        try (ServerSocket squatter = new ServerSocket(Math.toIntExact(port), 1, InetAddress.getLoopbackAddress())) {
            stack.run("up", "--new-ports").orFail();

            long next = stack.endpoints("cache").getFirst().longAt("port").orElseThrow();
            assertThat(next).isNotEqualTo(squatter.getLocalPort());
            assertThat(stack.shell("cache", "GET", "kept").orFail().out()).contains("yes");
        }
    }

    @Test
    void aCorruptStateFileIsNamedAndTheOthersAreNotTouched() throws IOException {
        RunningStack broken = up("broken", SmallStack.redis("broken"));
        RunningStack sound = up("sound", SmallStack.redis("sound"));
        broken.run("down").orFail();
        Files.writeString(installation.home().resolve("data/stacks/broken/ports.json"), "{ not json");

        Outcome refused = broken.run("up");

        assertThat(refused.status()).as(refused.text()).isEqualTo(4);
        assertThat(refused.err()).contains("ports.json").contains("fix:");
        assertThat(sound.status().isAt("ready")).isTrue();
    }

    @Test
    void aWrongPasswordIsRefusedAtEveryDoor() {
        RunningStack stack = up("pair", SmallStack.pair("pair"));
        Json environment = stack.environment();
        for (String name : List.of("DATABASE_URL", "DATABASE_URL_DIRECT")) {
            String url = environment.textAt(name).orElseThrow();
            String wrong = url.replaceFirst(":[^:/@]+@", ":wrong-password@");
            Outcome refused = stack.shell("main", wrong, "-c", "select 1");
            assertThat(refused.status()).as(name + refused.text()).isNotZero();
        }
        assertThat(stack.shell("cache", "--user", "app", "--pass", "wrong", "PING")
                        .text())
                .containsAnyOf("WRONGPASS", "AUTH failed", "NOAUTH");
    }

    @Test
    void noSecretShowsAnywhereButInItsOwnFiles() throws IOException {
        RunningStack stack = up("pair", SmallStack.pair("pair"));
        List<String> secrets = Stream.of("DATABASE_URL", "DATABASE_URL_DIRECT", "REDIS_URL")
                .map(name -> stack.environment().textAt(name).orElseThrow())
                .map(url -> url.replaceFirst(".*://[^:]*:", "").replaceFirst("@.*", ""))
                .distinct()
                .toList();
        assertThat(secrets).allSatisfy(secret -> assertThat(secret).hasSizeGreaterThanOrEqualTo(16));
        String shown = stack.run("up").text()
                + stack.run("status").text()
                + stack.run("plan", "--output", "json").text()
                + stack.run("why", "main").text()
                + stack.run("ps").text()
                + stack.run("logs").text()
                + String.join("\n", processes())
                + environments();
        try (Stream<Path> files = Files.walk(installation.home().resolve("data"))) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(f -> f.toString().endsWith(".log") || f.toString().endsWith("json"))
                    .toList()) {
                shown += read(file);
            }
        }

        for (String secret : secrets) {
            assertThat(shown).doesNotContain(secret);
        }
    }

    @Test
    void aMovedStackFolderIsSaidAndBoundAgainByUp() throws IOException {
        RunningStack stack = up("redis", SmallStack.redis("redis"));
        Path moved = stack.folder().resolveSibling("moved");
        Files.move(stack.folder(), moved);

        RunningStack there = new RunningStack(installation, moved, "redis");
        assertThat(there.run("status", "redis").orFail().text()).contains("stack.yaml");
        there.run("up").orFail();

        assertThat(there.status().isAt("ready")).isTrue();
        assertThat(there.run("plan").orFail().out()).containsIgnoringCase("nothing");
    }

    private RunningStack up(String name, String yaml) {
        return RunningStack.up(installation, Places.folder(installation, name), name, yaml);
    }

    private RunningStack written(String name, String yaml) {
        RunningStack stack = new RunningStack(installation, Places.folder(installation, name), name);
        stack.write(yaml);
        return stack;
    }

    private static Map<String, Long> pids(RunningStack stack) {
        return stack.status().itemsAt("services").stream()
                .flatMap(s -> s.itemsAt("members").stream())
                .collect(Collectors.toMap(
                        m -> m.textAt("name").orElseThrow(),
                        m -> m.longAt("pid").orElseThrow()));
    }

    private long daemonPid() {
        return installation
                .run(installation.home(), "daemon", "status", "--output", "json")
                .json()
                .longAt("pid")
                .orElseThrow();
    }

    /** Command lines of everything that runs out of this installation's home. */
    private List<String> processes() {
        String mark = installation.home().toString();
        return ProcessHandle.allProcesses()
                .filter(p -> p.pid() != ProcessHandle.current().pid())
                .map(p -> p.pid() + " "
                        + read(Path.of("/proc/" + p.pid() + "/cmdline")).replace('\0', ' '))
                .filter(line -> line.contains(mark))
                .toList();
    }

    /** The sandboxes of engines that run out of this installation's home. */
    private List<String> engines() {
        return processes().stream()
                .filter(p -> p.contains("bwrap") && p.contains("/data"))
                .toList();
    }

    private String environments() {
        return ProcessHandle.allProcesses()
                .map(p -> read(Path.of("/proc/" + p.pid() + "/environ")))
                .collect(Collectors.joining("\n"));
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        Await.until(
                "process " + pid + " is gone",
                SOON,
                () -> !Files.exists(Path.of("/proc/" + pid + "/exe"))
                        || read(Path.of("/proc/" + pid + "/cmdline")).isEmpty(),
                () -> "it lives");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
