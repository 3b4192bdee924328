package dev.holdfast.targets.local;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Content.Syntax;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Setting.Effect;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.targets.local.image.EngineImages;
import dev.holdfast.targets.local.image.Image;
import dev.holdfast.targets.local.sandbox.JavaRuntime;
import dev.holdfast.targets.local.sandbox.Preflight;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Runs a PostgreSQL and a Redis from the images in the cache, and says what happened. */
final class RealEnginesMain {
    private static final SecretRef PASSWORD = new SecretRef("main", "roles/superuser");
    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f};

    private RealEnginesMain() {}

    public static void main(String[] arguments) throws Exception {
        EngineImages images =
                new EngineImages(Path.of(arguments[1]), System.getenv(), Cache.HERE, InstantSource.system());
        Image redisImage = images.installed(Cache.REDIS).orElseThrow();
        Image postgresImage = images.installed(Cache.POSTGRES).orElseThrow();
        boolean root = UnshareEnclosure.isRoot();
        var sandbox = new Preflight(Cache.HERE, JavaRuntime.at(Path.of(System.getProperty("java.home"))), root)
                .sandbox(redisImage);
        Fixture fixture = Fixture.in(Path.of(arguments[0]))
                .ofVersion("17")
                .enclosedBy(
                        new ImageEnclosure(sandbox, Map.of(Cache.REDIS, redisImage, Cache.POSTGRES, postgresImage)));
        int postgresPort;
        int redisPort;
        String password;
        // the ports are given out before the workloads are written, as an engine would ask for them
        try (LocalStack stack = fixture.open(postgres(0), redis(0, ""))) {
            postgresPort = stack.listen("pg", "postgres").port();
            redisPort = stack.listen("rd", "redis").port();
            password = password(stack);
        }
        Workload postgres = postgres(postgresPort);
        Workload redis = redis(redisPort, password);
        try (LocalStack stack = fixture.open(postgres, redis)) {
            Members members = new Members(stack.folder(), fixture.launcher(), InstantSource.system());
            stack.prepare(postgres);
            stack.prepare(redis);
            Running first = stack.start(postgres);
            Running cache = stack.start(redis);
            say("postgres answers " + ask(postgresPort, SSL_REQUEST));
            say("redis answers " + ask(redisPort, ping(password)));
            say("memory " + stack.rss(first) + " " + stack.rss(cache));
            var ended = stack.onExit(first);
            Processes.signal(first.engine(), Unix.SIGKILL);
            say("killed: " + ended.join().because() + ", "
                    + members.left("pg", Optional.of(first)).size() + " left");
            Running second = stack.start(postgres);
            say("postgres answers " + ask(postgresPort, SSL_REQUEST) + " again");
            Disk.remove(stack.folder().run("rd"));
            Running again = stack.start(redis);
            say("lost redis runs on: " + Processes.isAlive(cache.engine()));
            cache = again;
            say("redis answers " + ask(redisPort, ping(password)) + " again");
            say("nothing differs: " + stack.differences().isEmpty());
            secrets(stack, members, List.of(second, cache));
            say("postgres stopped: " + stack.stop(second).because());
            say("redis stopped: " + stack.stop(cache).because());
            Set<ProcessId> left = new LinkedHashSet<>(members.left("pg", Optional.of(second)));
            left.addAll(members.left("rd", Optional.of(cache)));
            say("left: " + left.size());
        }
    }

    private static byte[] ping(String password) {
        return ("AUTH " + password + "\r\nPING\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static void secrets(LocalStack stack, Members members, List<Running> all) {
        int seen = 0;
        for (Running running : all) {
            for (ProcessId process : members.left(running.member(), Optional.of(running))) {
                for (String file : List.of("cmdline", "environ")) {
                    String text = Processes.text(Path.of("/proc/" + process.pid() + "/" + file))
                            .orElse("");
                    seen++;
                    if (text.contains(password(stack))) {
                        throw new IllegalStateException("secret in " + file + " of " + process);
                    }
                }
            }
        }
        say("no secret seen in " + seen);
    }

    private static String password(LocalStack stack) {
        return stack.secret(PASSWORD).reveal();
    }

    private static String ask(int port, byte[] question) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            try (Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port)) {
                socket.setSoTimeout(5000);
                socket.getOutputStream().write(question);
                socket.getOutputStream().flush();
                if (question == SSL_REQUEST) {
                    return String.valueOf((char) socket.getInputStream().read());
                }
                byte[] answer = socket.getInputStream().readNBytes(12);
                return new String(answer, StandardCharsets.US_ASCII)
                        .replace("+OK\r\n", "")
                        .strip();
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline) {
                    throw notYet;
                }
                Thread.onSpinWait();
            }
        }
    }

    private static void say(String what) {
        System.out.println(what);
    }

    private static Workload postgres(int port) {
        String bin = "/usr/lib/postgresql/17/bin/";
        List<Setting> settings = List.of(
                new Setting("listen_addresses", "127.0.0.1", Effect.RESTART, ""),
                new Setting("port", String.valueOf(port), Effect.RESTART, ""),
                new Setting("unix_socket_directories", "", Effect.RESTART, ""),
                new Setting("jit", "off", Effect.RELOAD, "LLVM is not in the image"),
                new Setting("ssl", "on", Effect.RELOAD, ""),
                new Setting("ssl_cert_file", "/tls/server.crt", Effect.RELOAD, ""),
                new Setting("ssl_key_file", "/tls/server.key", Effect.RELOAD, ""),
                new Setting("ssl_ca_file", "/tls/ca.crt", Effect.RELOAD, ""));
        return workload(
                "pg",
                new Port("postgres", Fixture.PORT + 1),
                Cache.POSTGRES,
                List.of(bin + "postgres", "-D", "/data/pg", "-c", "config_file=/config/postgresql.conf"),
                new ConfigurationFile("postgresql.conf", new Content.Settings(Syntax.QUOTED, settings)),
                Optional.of(new Workload.Initialise(List.of(
                        bin + "initdb",
                        "-D",
                        "/data/pg",
                        "-A",
                        "scram-sha-256",
                        "--pwfile=/secrets/superuser",
                        "--no-sync",
                        "--locale-provider=icu",
                        "--icu-locale=und",
                        "--locale=C.UTF-8",
                        "-E",
                        "UTF8"))),
                new Workload.Stop(Workload.Signal.INTERRUPT, Duration.ofSeconds(30)));
    }

    private static Workload redis(int port, String password) {
        String text = "bind 127.0.0.1\ndir /data\nport " + port + "\nrequirepass " + password + "\n";
        return workload(
                "rd",
                new Port("redis", Fixture.PORT + 2),
                Cache.REDIS,
                List.of("/usr/bin/redis-server", "/config/redis.conf"),
                new ConfigurationFile("redis.conf", new Content.Confidential(new Redacted(text), Effect.RESTART)),
                Optional.empty(),
                new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(30)));
    }

    private static Workload workload(
            String name,
            Port port,
            Programs programs,
            List<String> command,
            ConfigurationFile file,
            Optional<Workload.Initialise> initialise,
            Workload.Stop stop) {
        return new Workload(
                new Member(name, "main", "primary", List.of(port)),
                programs,
                new Container("none", List.of(), new TreeMap<>(), List.of()),
                command,
                new TreeMap<>(Map.of("LC_ALL", "C.UTF-8")),
                List.of(file),
                List.of(new Workload.SecretFile("superuser", PASSWORD)),
                true,
                initialise,
                Set.of(),
                stop,
                Workload.Reload.SIGHUP);
    }
}
