package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.secret.Trust;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisClusterCRC16;

import static org.assertj.core.api.Assertions.assertThat;

/** Redis behind Sentinels and as a cluster: members die under clients that write, with the clients' own libraries. */
@Tag("engines")
final class RedisTopologiesTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: reds }
            spec:
              services:
                cache:
                  engine: redis
                  topology: sentinel
                  failoverAfter: 3s
                  resources: { memory: 64Mi }
                  roles: { app: { can: [read, write] }, reader: { can: [read] } }
                keys:
                  engine: redis
                  topology: cluster
                  failoverAfter: 3s
                  resources: { memory: 64Mi }
                  roles: { app: { can: [read, write] }, reader: { can: [read] } }
            """;

    private static Installation installation;
    private static RunningStack stack;

    @BeforeAll
    static void begin() {
        installation = Places.installation("reds");
        stack = RunningStack.up(installation, Places.folder(installation, "reds"), "reds", STACK);
        assertThat(stack.status().isAt("ready")).isTrue();
    }

    @AfterAll
    static void end() {
        installation.close();
    }

    @Test
    void behindSentinelsNoAcknowledgedWriteIsLostAndThereIsNeverASecondPrimary() throws Exception {
        Map<String, String> environment = environment("CACHE");
        JedisClientConfig config = config(environment);
        try (RedisSentinelClient client = RedisSentinelClient.builder()
                        .masterName(environment.get("REDIS_MASTER_NAME"))
                        .sentinels(hosts(environment.get("REDIS_SENTINELS")))
                        .clientConfig(config)
                        .sentinelClientConfig(config)
                        .build();
                Writer writer = new Writer(key -> (Connection) client.getPrimaryNodesConnectionMap().values().stream()
                        .findFirst()
                        .orElseThrow()
                        .getResource());
                Rivals rivals = new Rivals(servers("cache", 3), config)) {
            writer.awaitMore(50);

            kill("KILL", stack.pid(primary("cache", 3)));
            writer.awaitMore(200);

            String silent = primary("cache", 3);
            long pid = stack.pid(silent);
            kill("STOP", pid);
            Await.until(
                    "another is primary",
                    SOON,
                    () -> !primary("cache", 3).equals(silent),
                    () -> stack.status().pretty());
            writer.awaitMore(200);
            kill("KILL", pid);
            stack.awaitReady(SOON);
            writer.awaitMore(200);

            assertThat(stack.member(silent).textAt("because").orElse("")).contains("answers over TLS as replica");
            writer.stop();
            for (String key : writer.acknowledged()) {
                assertThat(client.get(key)).as(key).isEqualTo("value of " + key);
            }
            assertThat(rivals.seen()).as("servers that took writes at one time").isEmpty();
        }
        // where who is primary is no longer what the file began with, a start of all goes on from there
        String primary = primary("cache", 3);
        stack.run("down").orFail();
        stack.run("up").orFail();
        assertThat(primary("cache", 3)).isEqualTo(primary);
        assertThat(stack.run("plan").orFail().out()).containsIgnoringCase("nothing");
    }

    @Test
    void inAClusterNoAcknowledgedWriteIsLostAndTheKilledOneComesBackAsAReplica() throws Exception {
        Map<String, String> environment = environment("KEYS");
        JedisClientConfig config = config(environment);
        try (RedisClusterClient client = RedisClusterClient.builder()
                        .nodes(hosts(environment.get("REDIS_CLUSTER_NODES")))
                        .clientConfig(config)
                        .build();
                Writer writer = new Writer(key -> {
                    client.refreshClusterTopology();
                    return client.getConnectionFromSlot(JedisClusterCRC16.getSlot(key));
                })) {
            writer.awaitMore(50);

            kill("KILL", stack.pid("keys-1-0"));
            writer.awaitMore(100);

            long pid = stack.pid("keys-0-0");
            kill("STOP", pid);
            Await.until(
                    "the replica is primary",
                    SOON,
                    () -> stack.member("keys-0-1").textAt("because").orElse("").contains("primary"),
                    () -> stack.status().pretty());
            writer.awaitMore(200);
            kill("KILL", pid);
            stack.awaitReady(SOON);

            assertThat(stack.member("keys-0-0").textAt("because").orElse("")).contains("answers over TLS as replica");

            // a shard more, and the members of the others serve on
            List<Long> before = List.of(stack.pid("keys-0-0"), stack.pid("keys-1-0"), stack.pid("keys-2-0"));
            stack.write(STACK.replace("topology: cluster", "topology: cluster\n      shards: 4"));
            stack.run("up").orFail();
            assertThat(List.of(stack.pid("keys-0-0"), stack.pid("keys-1-0"), stack.pid("keys-2-0")))
                    .isEqualTo(before);
            writer.awaitMore(50);
            writer.stop();
            for (String key : writer.acknowledged()) {
                assertThat(client.get(key)).as(key).isEqualTo("value of " + key);
            }
        }
    }

    /** Writes one key after the other; a key counts once a replica has it, too. */
    private static final class Writer implements AutoCloseable {
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final Thread thread;
        private volatile String last = "nothing went wrong";

        interface Source {
            Connection connection(String key);
        }

        Writer(Source source) {
            thread = Thread.ofVirtual().start(() -> {
                for (int number = 0; !Thread.currentThread().isInterrupted(); number++) {
                    write(source, "key:" + number);
                }
            });
        }

        private void write(Source source, String key) {
            try (Connection connection = source.connection(key)) {
                connection.sendCommand(Command.SET, key, "value of " + key);
                String set = connection.getStatusCodeReply();
                connection.sendCommand(Command.WAIT, "1", "1000");
                if (set.equals("OK") && connection.getIntegerReply() >= 1) {
                    acknowledged.add(key);
                }
            } catch (JedisException away) {
                last = away.toString();
            }
        }

        void awaitMore(int keys) {
            int before = acknowledged.size();
            Await.until(
                    keys + " more writes are acknowledged",
                    SOON,
                    () -> acknowledged.size() >= before + keys,
                    () -> "after " + (acknowledged.size() - before) + ": " + last + "\n"
                            + stack.status().pretty());
        }

        Set<String> acknowledged() {
            return new TreeSet<>(acknowledged);
        }

        void stop() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }

        @Override
        public void close() throws InterruptedException {
            stop();
        }
    }

    /** Writes to every server directly, and notes where two take it in one round. */
    private static final class Rivals implements AutoCloseable {
        private final Set<String> seen = ConcurrentHashMap.newKeySet();
        private final Thread thread;

        Rivals(List<HostAndPort> servers, JedisClientConfig config) {
            thread = Thread.ofVirtual().start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    List<String> taking = servers.stream()
                            .filter(server -> takes(server, config))
                            .map(HostAndPort::toString)
                            .toList();
                    if (taking.size() > 1) {
                        seen.add(String.join(" and ", taking));
                    }
                }
            });
        }

        private static boolean takes(HostAndPort server, JedisClientConfig config) {
            try (Jedis jedis = new Jedis(server, config)) {
                return "OK".equals(jedis.set("rival", server.toString()));
            } catch (JedisException refused) {
                return false;
            }
        }

        Set<String> seen() {
            return seen;
        }

        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }
    }

    private static String primary(String service, int servers) {
        for (int number = 0; number < servers; number++) {
            String member = service + "-" + number;
            String because = stack.member(member).textAt("because").orElse("");
            if (because.contains("as primary") || because.contains("it is primary")) {
                return member;
            }
        }
        return "none";
    }

    private static List<HostAndPort> servers(String service, int count) throws IOException {
        Json ports = Json.parse(Files.readString(installation.home().resolve("data/stacks/reds/ports.json")));
        return IntStream.range(0, count)
                .mapToObj(number -> new HostAndPort("127.0.0.1", port(ports, service + "-" + number)))
                .toList();
    }

    private static int port(Json ports, String member) {
        return Math.toIntExact(ports.at(member)
                .orElseThrow(() -> new AssertionError(ports.pretty()))
                .longAt("redis")
                .orElseThrow());
    }

    /** The variables of one of the two services; both have some of one name. */
    private static Map<String, String> environment(String service) {
        Json all = stack.environment();
        Map<String, String> variables = new TreeMap<>();
        for (String name : List.of(
                "REDIS_USERNAME",
                "REDIS_PASSWORD",
                "REDIS_CA_FILE",
                "REDIS_MASTER_NAME",
                "REDIS_SENTINELS",
                "REDIS_CLUSTER_NODES")) {
            all.textAt(service + "_" + name).or(() -> all.textAt(name)).ifPresent(value -> variables.put(name, value));
        }
        return variables;
    }

    private static JedisClientConfig config(Map<String, String> environment) throws IOException {
        Trust trust = Trust.in(Files.readString(Path.of(environment.get("REDIS_CA_FILE"))));
        return DefaultJedisClientConfig.builder()
                .ssl(true)
                .sslSocketFactory(trust.context().getSocketFactory())
                .user(environment.get("REDIS_USERNAME"))
                .password(environment.get("REDIS_PASSWORD"))
                .connectionTimeoutMillis(500)
                .socketTimeoutMillis(1500)
                .build();
    }

    private static Set<HostAndPort> hosts(String list) {
        return Arrays.stream(list.split(",", -1)).map(HostAndPort::from).collect(Collectors.toSet());
    }

    private static void kill(String signal, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-s", signal, Long.toString(pid)).start().waitFor();
    }
}
