package dev.holdfast.daemon;

import dev.holdfast.daemon.api.Answer;
import dev.holdfast.daemon.api.Build;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.daemon.http.Limits;
import dev.holdfast.daemon.local.LocalPlaces;
import dev.holdfast.daemon.stacks.Stacks;
import dev.holdfast.daemon.supervise.Pace;
import dev.holdfast.engine.Register;
import dev.holdfast.stack.Objectives;
import dev.holdfast.stack.Positions;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Home;
import dev.holdfast.targets.local.Launcher;
import dev.holdfast.targets.local.volume.Volumes;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** A home with a daemon whose stacks are JSON files of shell scripts, run as real processes. */
final class House implements AutoCloseable {
    static final String IDLE = "exec sleep 1000";
    static final Duration SECONDS = Duration.ofSeconds(20);

    private final Path root;
    private final Home home;
    private final Duration ready;
    private final Launcher launcher = new Launcher();
    private final InstantSource clock;
    private final ShellEngine engine;
    private Optional<Daemon> daemon = Optional.empty();

    House(Path root) {
        this(root, SECONDS);
    }

    /** {@code ready} is how long an up waits for what it started. */
    House(Path root, Duration ready) {
        this(root, ready, InstantSource.system(), new ShellEngine());
    }

    /** One whose time and whose engine are the test's. */
    House(Path root, Duration ready, InstantSource clock, ShellEngine engine) {
        this.clock = clock;
        this.engine = engine;
        this.root = root;
        this.ready = ready;
        this.home = Home.of(Map.of("HOLDFAST_HOME", root.resolve("home").toString()))
                .create();
    }

    Path root() {
        return root;
    }

    Home home() {
        return home;
    }

    House start() {
        daemon = Optional.of(daemon());
        return this;
    }

    Daemon daemon() {
        return Daemon.start(
                home.data().resolve("daemon.lock"),
                home.socket(),
                parts(),
                new Build("1", "test"),
                Limits.standard(),
                new SecureRandom());
    }

    Stacks.Parts parts() {
        Register register = new Register(List.of(engine));
        Pace pace = new Pace(
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                Duration.ofSeconds(30),
                4,
                Duration.ofMillis(5),
                Duration.ofMillis(50),
                Duration.ofMillis(50),
                Duration.ofSeconds(2),
                3);
        return new Stacks.Parts(
                new LocalPlaces(
                        home,
                        register,
                        new UnshareEnclosure("1"),
                        (programs, progress) -> progress.at("nothing", 1, 1),
                        launcher,
                        InstantSource.system(),
                        new SecureRandom(),
                        volumes()),
                this::stack,
                register,
                pace,
                ready,
                clock);
    }

    /** Those of this home; no image can be made, as no program for it is at hand. */
    private Volumes volumes() {
        return Volumes.of(home, (program, debianPackage, progress) -> List.of("/bin/false"));
    }

    /** Ends the daemon as a shutdown or a crash would: whatever runs goes on. */
    void stopDaemon() {
        daemon.ifPresent(Daemon::close);
        daemon = Optional.empty();
    }

    Client client() {
        return Client.at(home.socket());
    }

    Path file(String name, String json) {
        Path file = root.resolve(name);
        try {
            Files.writeString(file, json);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
        return file;
    }

    static String stackOf(String... services) {
        return "{\"name\":\"test\",\"services\":{" + String.join(",", services) + "}}";
    }

    static String service(String name, String script, String more) {
        return Json.text(name).compact() + ":{\"script\":" + Json.text(script).compact() + more + "}";
    }

    private Stack stack(String source, String text, Optional<String> environment) {
        Json json = Json.parse(text);
        Map<String, Service<?>> services = new TreeMap<>();
        if (json.at("services").orElseThrow() instanceof Json.Members(Map<String, Json> written)) {
            written.forEach((name, one) -> services.put(
                    name,
                    new Service<>(
                            name,
                            "shell",
                            "1",
                            new ShellEngine().resources(),
                            new ShellEngine.Script(
                                    one.textAt("script").orElse(IDLE),
                                    Set.copyOf(texts(one, "needs")),
                                    one.textAt("ready").map(root::resolve),
                                    root.resolve("inside-" + name),
                                    texts(one, "things"),
                                    one.textAt("size").orElse("1")),
                            Optional.empty(),
                            Positions.unknown())));
        }
        return new Stack(json.textAt("name").orElseThrow(), environment, new TreeMap<>(services), Objectives.none());
    }

    private static List<String> texts(Json json, String name) {
        return json.itemsAt(name).stream()
                .map(item -> ((Json.Text) item).value())
                .collect(Collectors.toList());
    }

    Json up(Path file) {
        return stream("/v1/up", Json.object().put("source", file.toString()).build())
                .getLast();
    }

    List<Json> stream(String path, Json body) {
        List<Json> events = new ArrayList<>();
        client().stream("POST", path, body.compact(), line -> events.add(Json.parse(line)));
        return events;
    }

    Json get(String path) {
        Answer answer = client().get(path, SECONDS);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    Json member(String name) {
        for (Json service : get("/v1/stacks/test/status").itemsAt("services")) {
            for (Json member : service.itemsAt("members")) {
                if (member.textAt("name").equals(Optional.of(name))) {
                    return member;
                }
            }
        }
        throw new AssertionError("no member " + name);
    }

    long pid(String member) {
        return member(member).longAt("pid").orElseThrow();
    }

    String decisions(String service) {
        return get("/v1/stacks/test/why/" + service).itemsAt("decisions").stream()
                .map(decision -> decision.textAt("text").orElse(""))
                .collect(Collectors.joining("\n"));
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + SECONDS.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    /** Ends everything, also where a test failed half way. */
    @Override
    public void close() {
        if (daemon.isEmpty()) {
            start();
        }
        stream("/v1/stacks/test/down", Json.object().build());
        stopDaemon();
        launcher.close();
    }
}
