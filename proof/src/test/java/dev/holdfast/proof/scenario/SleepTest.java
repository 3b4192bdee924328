package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Services that sleep, woken by whoever connects, with metrics and a pooler about them. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SleepTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int STORM = 500;
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: sleep }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { memory: 512Mi }
                  suspend: %s
                  pooler: { mode: transaction }
                  databases: { app: {} }
                  roles:
                    app: { can: [read, write, ddl], through: pooler }
                cache:
                  engine: redis
                  resources: { memory: 128Mi }
                  suspend: 1d
                objects:
                  engine: s3
                  resources: { memory: 256Mi }
                  suspend: 1d
                metrics:
                  engine: prometheus
                  resources: { memory: 256Mi }
            """;

    private static Installation installation;
    private static RunningStack stack;

    @BeforeAll
    static void begin() {
        installation = Places.installation("sleep");
        stack = RunningStack.up(installation, Places.folder(installation, "sleep"), "sleep", YAML.formatted("1d"));
        query("CREATE TABLE kept (n int); INSERT INTO kept VALUES (41)");
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    @Order(1)
    void everyServiceSleepsWhenAskedAndServesWhoConnectsNext() throws IOException {
        assertThat(stack.run("suspend").orFail().out().lines())
                .containsExactly(
                        "cache sleeps; a connection wakes it",
                        "main sleeps; a connection wakes it",
                        "objects sleeps; a connection wakes it");
        assertThat(stack.run("suspend", "main").orFail().out()).contains("sleeps already");
        Json member = stack.member("main-0");
        assertThat(member.textAt("state")).contains("asleep");
        assertThat(member.isAt("ready")).isTrue();
        assertThat(member.longAt("pid")).isEmpty();
        assertThat(stack.status().isAt("ready")).isTrue();
        assertThat(stack.run("why", "main").orFail().out())
                .contains("asleep since")
                .contains("wakes it")
                .contains("let main sleep because 'holdfast suspend' was asked for");
        // neither these looks nor the metrics have woken anything
        assertThat(asleep("main") && asleep("cache") && asleep("objects")).isTrue();

        assertThat(query("SELECT n + 1 FROM kept")).isEqualTo("42");
        assertThat(door("cache").expiry()).isNotNull();
        assertThat(door("objects").expiry()).isNotNull();
        Await.until(
                "all are awake",
                SOON,
                () -> !asleep("main") && !asleep("cache") && !asleep("objects"),
                () -> stack.status().pretty());
        stack.awaitReady(SOON);
        assertThat(stack.run("why", "main").orFail().out()).contains("woke main because a client connected to port");
    }

    @Test
    @Order(2)
    void aStormWakesItOnceAndEverybodyIsServed() throws Exception {
        stack.run("suspend", "main").orFail();
        TlsDoor door = door("main");
        int served = 0;
        try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < STORM; i++) {
                clients.add(() -> door.expiry() != null);
            }
            for (Future<Boolean> client : many.invokeAll(clients)) {
                served += client.get() ? 1 : 0;
            }
        }
        assertThat(served).isEqualTo(STORM);
        assertThat(stack.member("main-0").longAt("restarts")).contains(0L);
    }

    @Test
    @Order(3)
    void clientsKeepItAwakeAndHoldfastsOwnWorkPutsItBack() throws IOException {
        try (Socket client = new Socket("127.0.0.1", port("main"))) {
            assertThat(client.isConnected()).isTrue();
            Outcome refused = stack.run("suspend", "main");
            assertThat(refused.err()).contains("[HF3252]").contains("1 client,");
        }
        assertThat(stack.run("suspend", "metrics").err()).contains("[HF3251]").contains("a door from its start");
        try (Socket client = new Socket("127.0.0.1", port("main"))) {
            assertThat(client.isConnected()).isTrue();
            Outcome most = stack.run("suspend", "sleep");
            assertThat(most.err()).contains("service 'main' has 1 client").contains("[HF3252]");
            assertThat(asleep("cache") && asleep("objects")).isTrue();
        }
        assertThat(stack.run("wake", "sleep").orFail().out())
                .contains("cache serves")
                .contains("main is awake");
        stack.run("suspend", "main").orFail();
        assertThat(stack.run("plan").orFail().out()).contains("nothing is to be done");
        assertThat(asleep("main")).isTrue();
        stack.run("rotate", "main", "--all").orFail();
        assertThat(asleep("main")).isTrue();
        stack.run("up").orFail();
        assertThat(asleep("main")).isTrue();
        assertThat(stack.run("wake", "main").orFail().out()).contains("serves after");
        assertThat(stack.run("wake", "main").orFail().out()).contains("is awake");
    }

    @Test
    @Order(4)
    void theNextDaemonListensForWhatSleepsAndAdoptsWhatIsAwake() throws IOException {
        stack.run("suspend", "cache").orFail();
        long engine = stack.pid("main-0");
        Machine.kill(Machine.daemon(installation));
        assertThat(ProcessHandle.of(engine)).isPresent();
        assertThat(stack.member("cache-0").textAt("state")).contains("asleep");
        assertThat(stack.pid("main-0")).isEqualTo(engine);
        assertThat(door("cache").expiry()).isNotNull();
        // the engine has given its socket back to the new daemon
        stack.run("suspend", "main").orFail();
        assertThat(query("SELECT n FROM kept")).isEqualTo("41");
        stack.awaitReady(SOON);

        // one that ends in an orderly way leaves nothing asleep behind, where nobody would listen
        stack.run("suspend").orFail();
        TlsDoor main = door("main");
        TlsDoor cache = door("cache");
        long daemon = Machine.daemon(installation);
        stack.run("daemon", "stop").orFail();
        Await.until("the daemon has gone", SOON, () -> ProcessHandle.of(daemon).isEmpty(), () -> "");
        assertThat(main.expiry()).isNotNull();
        assertThat(cache.expiry()).isNotNull();
        assertThat(asleep("main") || asleep("cache") || asleep("objects")).isFalse();
        stack.awaitReady(SOON);
    }

    @Test
    @Order(5)
    void whoeverWaitsIsToldWhyItCannotBeWokenAndItIsTriedAgain() throws IOException {
        stack.run("suspend", "main").orFail();
        Path control = installation.home().resolve("data/stacks/sleep/volume/main-0/global/pg_control");
        Path aside = control.resolveSibling("aside");
        Files.move(control, aside);
        Outcome refused = stack.shell("main", "-Atc", "SELECT 1");
        assertThat(refused.status()).isNotZero();
        assertThat(refused.err())
                .contains("FATAL:  service 'main' cannot be woken because")
                .contains("pg_control");
        assertThat(stack.run("wake", "main").err()).contains("[HF3253]");
        assertThat(stack.member("main-0").textAt("state")).contains("failed");
        // which keeps nobody from looking at the others, nor from mending it
        assertThat(stack.run("plan").text()).doesNotContain("[HF3253]");
        Files.move(aside, control);
        stack.run("up").orFail();
        assertThat(query("SELECT n FROM kept")).isEqualTo("41");

        stack.run("suspend", "main").orFail();
        Files.move(control, aside);
        assertThat(stack.run("wake", "main").err()).contains("[HF3253]").contains("then run 'holdfast up'");
        Files.move(aside, control);
        Await.until(
                "it is tried again",
                SOON,
                () -> stack.shell("main", "-Atc", "SELECT n FROM kept")
                        .out()
                        .strip()
                        .equals("41"),
                () -> stack.run("why", "main").text());
        stack.awaitReady(SOON);
    }

    @Test
    @Order(6)
    void itFallsAsleepByItselfAndKeepsThatThroughARestartOfTheStack() throws IOException, InterruptedException {
        stack.write(YAML.formatted("1s"));
        stack.run("apply").orFail();
        Await.until(
                "main sleeps", SOON, () -> asleep("main"), () -> stack.status().pretty());
        assertThat(stack.run("why", "main").orFail().out())
                .contains("let main sleep because no client had been connected for 1s");
        assertThat(query("SELECT n FROM kept")).isEqualTo("41");
        Await.until(
                "main sleeps again",
                SOON,
                () -> asleep("main"),
                () -> stack.status().pretty());
        stack.write(YAML.formatted("1d"));
        stack.run("apply").orFail();
        stack.run("restart", "main").orFail();
        assertThat(asleep("main")).isFalse();
        stack.run("suspend", "main").orFail();
        downWhileItHangsInItsStart();
        stack.run("up").orFail();
        assertThat(asleep("main")).isFalse();
        assertThat(query("SELECT n FROM kept")).isEqualTo("41");
    }

    @Test
    @Order(7)
    void aPoolerThatIsGivenUpIsItsOwnDoorsMatterAndGoesWithItsDoor() {
        long engine = stack.pid("main-0");
        Await.until(
                "the pooler is given up",
                SOON,
                () -> {
                    Json pooler = stack.member("main-pooler");
                    pooler.longAt("pid").flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
                    return pooler.textAt("state").equals(Optional.of("failed"));
                },
                () -> stack.status().pretty());
        Outcome told = stack.shell("main", "-Atc", "SELECT 1");
        assertThat(told.status()).isNotZero();
        assertThat(told.err()).contains("FATAL:  main-pooler of service 'main' does not serve because it ended");
        assertThat(stack.sql("sleep", "app", "SELECT n FROM kept")).isEqualTo("41");
        assertThat(stack.pid("main-0")).isEqualTo(engine);

        stack.run("up").orFail();
        assertThat(query("SELECT n FROM kept")).isEqualTo("41");
        int pooler = port("main", "pooled");
        stack.write(YAML.formatted("1d")
                .replace("      pooler: { mode: transaction }\n", "")
                .replace(", through: pooler", ""));
        stack.run(
                        "apply",
                        "--yes",
                        "--approve",
                        "main/roles/holdfast_pooler",
                        "--approve",
                        "main/roles/holdfast_pooler~1",
                        "--approve",
                        "main/roles/holdfast_probe",
                        "--approve",
                        "main/roles/holdfast_probe~1")
                .orFail();
        assertThatThrownBy(() -> new Socket("127.0.0.1", pooler).close()).isInstanceOf(ConnectException.class);
        assertThat(query("SELECT n FROM kept")).isEqualTo("41");
    }

    @Test
    @Order(8)
    void aBranchSleepsAfterATimeOfItsOwn() {
        stack.run("branch", "create", "nap", "--service", "cache", "--suspend", "1s")
                .orFail();
        Await.until(
                "the branch sleeps",
                SOON,
                () -> stack.run("branch", "show", "nap").orFail().out().contains("asleep"),
                () -> stack.run("status", "--stack", "sleep@nap").text());
        assertThat(stack.run("wake", "sleep@nap").orFail().out()).contains("cache serves");
        assertThat(stack.run("branch", "create", "no", "--suspend", "never").err())
                .contains("from 1s to 30d");
        stack.run("branch", "delete", "nap").orFail();
    }

    /** A start that never ends by itself: the server waits for settings that nobody writes. */
    private static void downWhileItHangsInItsStart() throws IOException, InterruptedException {
        Path settings = installation.home().resolve("data/stacks/sleep/volume/main-0/postgresql.auto.conf");
        Path aside = settings.resolveSibling("aside");
        Files.move(settings, aside);
        Machine.run("mkfifo", "-m", "666", settings.toString());
        Path said = installation.home().resolve("said");
        Process client =
                installation.start(stack.folder(), said.resolveSibling("client"), "connect", "main", "--", "-c", "");
        Await.until(
                "it is being woken",
                SOON,
                () -> stack.member("main-0").longAt("pid").isPresent(),
                () -> stack.status().pretty());
        long pid = stack.pid("main-0");
        Process down = installation.start(stack.folder(), said, "down");
        Await.until(
                "it is stopped, though it is being woken",
                SOON,
                () -> stack.member("main-0").textAt("state").equals(Optional.of("stopping")),
                () -> stack.status().pretty());
        Machine.kill(pid);
        assertThat(down.waitFor()).as(Files.readString(said)).isZero();
        assertThat(client.waitFor()).isNotZero();
        Files.delete(settings);
        Files.move(aside, settings);
    }

    private static String query(String sql) {
        return stack.shell("main", "-Atc", sql).orFail().out().strip();
    }

    private static boolean asleep(String service) {
        return stack.member(service + "-0").isAt("asleep");
    }

    private static int port(String service) {
        return port(service, "direct");
    }

    private static int port(String service, String name) {
        return Math.toIntExact(stack.endpoints(service).stream()
                .filter(endpoint -> endpoint.textAt("name").equals(Optional.of(name)))
                .findFirst()
                .flatMap(endpoint -> endpoint.longAt("port"))
                .orElseThrow());
    }

    private static TlsDoor door(String service) {
        Path authority = installation.home().resolve("data/stacks/sleep/tls/ca.crt");
        return new TlsDoor(port(service), service.equals("main"), authority);
    }
}
