package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
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
        for (String service : List.of("main", "cache", "objects")) {
            assertThat(stack.run("suspend", service).orFail().out()).contains("sleeps");
        }
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
        assertThat(stack.run("suspend", "metrics").err()).contains("[HF3251]");
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
    void itFallsAsleepByItselfAndKeepsThatThroughARestartOfTheStack() {
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
        stack.run("down").orFail();
        stack.run("up").orFail();
        assertThat(asleep("main")).isFalse();
        assertThat(query("SELECT n FROM kept")).isEqualTo("41");
    }

    private static String query(String sql) {
        return stack.shell("main", "-Atc", sql).orFail().out().strip();
    }

    private static boolean asleep(String service) {
        return stack.member(service + "-0").isAt("asleep");
    }

    private static int port(String service) {
        return Math.toIntExact(stack.endpoints(service).stream()
                .filter(endpoint -> endpoint.textAt("name").equals(Optional.of("direct")))
                .findFirst()
                .flatMap(endpoint -> endpoint.longAt("port"))
                .orElseThrow());
    }

    private static TlsDoor door(String service) {
        Path authority = installation.home().resolve("data/stacks/sleep/tls/ca.crt");
        return new TlsDoor(port(service), service.equals("main"), authority);
    }
}
