package dev.holdfast.targets.local.sandbox;

import dev.holdfast.targets.local.Cache;
import dev.holdfast.targets.local.Starter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Real engines, as who runs the tests and, where that is root, as an ordinary user too. A program that starts engines is a
 * process of its own, so that its end shows what outlives it.
 */
@Tag("engines")
final class EnginesInSandboxTest {
    private static final String POSTGRES = String.join(",", Cache.POSTGRES.packages());
    private static final String REDIS = String.join(",", Cache.REDIS.packages());
    private static final String BIN = "/usr/lib/postgresql/17/bin/";

    private Path folder;
    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    static void install() {
        Cache.postgres();
    }

    @BeforeEach
    void folder() throws IOException {
        folder = Files.createTempDirectory(Path.of("/tmp"), "holdfast-sandbox");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @AfterEach
    void end() throws IOException {
        for (Process process : started) {
            List<ProcessHandle> all = process.descendants().toList();
            all.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            all.forEach(handle -> handle.onExit().join());
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.holdfast.targets.local.Starter#all")
    void theProgramIsUnprivilegedAndHasExactlyItsEnvironment(Starter user) throws Exception {
        String script =
                "id -u; env | sort; while read -r line; do echo \"$line\"; done < /proc/self/status; echo x > /etc/x";
        String output = run(user, REDIS, data("d", user), "-", "/bin/sh", "-c", script);
        assertThat(output.lines().limit(3)).containsExactly("64230", "GREETING=hello", "PWD=/");
        assertThat(output).containsPattern("CapEff:\\s+0+\n").containsPattern("CapBnd:\\s+0+\n");
        assertThat(output).containsPattern("NoNewPrivs:\\s+1").containsPattern("(?i)/etc/x: (read-only|permission)");
    }

    @ParameterizedTest
    @MethodSource("dev.holdfast.targets.local.Starter#all")
    void theRunningJdkRunsInside(Starter user) throws Exception {
        assertThat(run(user, REDIS, data("d", user), "-", "/java/bin/java", "-version"))
                .contains("\"" + System.getProperty("java.version") + "\"");
    }

    @ParameterizedTest
    @MethodSource("dev.holdfast.targets.local.Starter#all")
    void postgresServesIsAloneOnItsDataAndStopsCleanlyBySignalToItself(Starter user) throws Exception {
        Path data = data("pg", user);
        run(
                user,
                POSTGRES,
                data,
                "-",
                BIN + "initdb",
                "-D",
                "/data/pg",
                "--no-sync",
                "-A",
                "trust",
                "--locale=C.UTF-8");
        Process engine = start(user, POSTGRES, data, folder.resolve("lock").toString(), "a.log", postgres("/data"));
        await(() -> log("a.log").contains("ready to accept connections"), () -> log("a.log"));
        String answer = run(
                user,
                POSTGRES,
                data,
                "-",
                BIN + "psql",
                "-h",
                "/data",
                "-p",
                "5432",
                "-d",
                "postgres",
                "-Atc",
                "select 6*7");
        assertThat(answer.strip()).isEqualTo("42");

        // by our lock, whatever the engine thinks of it
        assertThat(start(user, POSTGRES, data, folder.resolve("lock").toString(), "b.log", postgres("/data"))
                        .waitFor())
                .isEqualTo(1);
        assertThat(log("b.log")).isEmpty();
        // and by the engine itself: shared memory is not private
        assertThat(start(user, POSTGRES, data, "-", "c.log", postgres("/tmp")).waitFor())
                .isEqualTo(1);
        assertThat(log("c.log")).containsPattern("shared memory block|lock file .* already exists");

        ProcessHandle postmaster = inside(engine).program();
        new ProcessBuilder("kill", "-INT", String.valueOf(postmaster.pid()))
                .start()
                .waitFor();
        assertThat(engine.waitFor()).isZero();
        assertThat(log("a.log")).contains("database system is shut down");
    }

    @ParameterizedTest
    @MethodSource("dev.holdfast.targets.local.Starter#all")
    void redisOutlivesItsStarterKeepsItsLockAndEndsWithItsInit(Starter user) throws Exception {
        Path data = data("redis", user);
        String lock = folder.resolve("lock").toString();
        String[] redis = {
            "/usr/bin/redis-server", "--port", "0", "--unixsocket", "/data/s", "--dir", "/data", "--save", ""
        };
        Process starter = start(user, REDIS, data, lock, "a.log", redis);
        await(() -> log("a.log").contains("Ready to accept connections"), () -> log("a.log"));
        Inside inside = inside(starter);
        ProcessHandle outer = inside.init().parent().orElseThrow();
        starter.destroyForcibly().waitFor();
        outer.destroyForcibly();
        outer.onExit().join();
        assertThat(run(user, REDIS, data, "-", "/usr/bin/redis-cli", "-s", "/data/s", "PING")
                        .strip())
                .isEqualTo("PONG");
        assertThat(start(user, REDIS, data, lock, "b.log", redis).waitFor()).isEqualTo(1);

        inside.init().destroyForcibly();
        await(() -> !inside.program().isAlive() && !inside.init().isAlive(), () -> "still there");
        // the lock went with the last process
        start(user, REDIS, data, lock, "c.log", redis);
        await(() -> log("c.log").contains("Ready to accept connections"), () -> log("c.log"));
    }

    private static String[] postgres(String sockets) {
        return new String[] {
            BIN + "postgres",
            "-D",
            "/data/pg",
            "-c",
            "listen_addresses=",
            "-c",
            "unix_socket_directories=" + sockets,
            "-c",
            "jit=off",
            "-c",
            "fsync=off"
        };
    }

    /** A folder that the program inside can write, whoever enters it. */
    private Path data(String name, Starter user) throws Exception {
        Path data = Files.createDirectory(folder.resolve(name));
        if (isRoot()) {
            int owner = user == Starter.OURSELVES ? 64230 : Starter.ORDINARY_ID;
            assertThat(new ProcessBuilder("chown", Integer.toString(owner), data.toString())
                            .start()
                            .waitFor())
                    .isZero();
        }
        return data;
    }

    private String run(Starter user, String packages, Path data, String lock, String... command) throws Exception {
        Process process = new ProcessBuilder(line(user, packages, data, lock, command))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return output;
    }

    private Process start(Starter user, String packages, Path data, String lock, String log, String... command)
            throws IOException {
        Process process = new ProcessBuilder(line(user, packages, data, lock, command))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(log).toFile())
                .start();
        started.add(process);
        return process;
    }

    private List<String> line(Starter user, String packages, Path data, String lock, String... command)
            throws IOException {
        List<String> line = new ArrayList<>(user.java(folder));
        line.addAll(List.of(SandboxMain.class.getName(), user.cache(folder).toString(), packages));
        line.addAll(List.of(data.toString(), lock));
        line.addAll(List.of(command));
        return line;
    }

    private static Inside inside(Process starter) {
        ProcessHandle outer = starter.children().findFirst().orElseThrow();
        Optional<Inside> inside = Inside.of(outer);
        return inside.orElseThrow();
    }

    private String log(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            return "";
        }
    }

    private static void await(BooleanSupplier condition, java.util.function.Supplier<String> otherwise)
            throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(otherwise.get());
            }
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }
}
