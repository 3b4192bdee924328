package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Health;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.testing.EngineContract;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class RedisEngineTest extends EngineContract {
    private final RedisEngine engine = new RedisEngine();

    @Override
    protected Engine<?> engine() {
        return engine;
    }

    @Override
    protected String services() {
        return """
                cache:
                  engine: redis
                  queues: [jobs]
                  roles: { app: { can: [read, write, publish, script] }, reader: { can: [read], keys: ["user:*"] } }
                volatile: { engine: redis, persistence: none }
                snapshots: { engine: redis, persistence: rdb }
                watched: { engine: redis, topology: sentinel, replicas: 1, sentinels: 5, queues: [jobs] }
                divided: { engine: redis, topology: cluster, shards: 4, replicas: 2, failoverAfter: 10s }
                """;
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        SortedMap<String, RedisSpec.Role> roles = new TreeMap<>();
        roles.put("default", role(RedisSpec.Can.READ));
        roles.put("idle", role());
        Service<RedisSpec> service = FixedContext.service(
                engine,
                "cache",
                new RedisSpec(
                        RedisSpec.Topology.SENTINEL,
                        OptionalInt.of(0),
                        OptionalInt.of(4),
                        OptionalInt.of(3),
                        Duration.ofSeconds(5),
                        RedisSpec.Persistence.AOF,
                        Optional.of(RedisSpec.Eviction.ALLKEYS_LRU),
                        List.of("jobs"),
                        roles),
                new Resources(new Cpu(500), Bytes.mebi(16), Bytes.mebi(64)));
        Problems problems = new Problems();
        engine.check(service, FixedContext.of(service).stack(), problems);
        assertThat(problems.all())
                .extracting(Problem::toString)
                .containsExactly(
                        "stack.yaml:1:1: service 'cache' says `shards: 3`, and with `topology: sentinel` there are none"
                                + " [HF1606]\n  fix: Remove `shards`, or write `topology: cluster`.",
                        "stack.yaml:1:1: service 'cache' has sentinels and no replica that could take over [HF1607]\n"
                                + "  fix: Write `replicas: 1` or more, or `topology: single`.",
                        "stack.yaml:1:1: service 'cache' has 4 sentinels, of which no more may fail than of 3 [HF1608]\n"
                                + "  fix: Write an odd number, such as `sentinels: 3`.",
                        "stack.yaml:1:1: service 'cache' gives Redis 16Mi of memory, and it needs 32Mi before it holds"
                                + " anything [HF1604]\n  fix: Write `resources: { memory: 64Mi }` or more.",
                        "stack.yaml:1:1: service 'cache' has queues and the eviction policy 'allkeys-lru', which would"
                                + " throw their entries away [HF1602]\n  fix: Write `eviction: noeviction`, or `eviction:"
                                + " volatile-lru`, which takes only keys that expire.",
                        "stack.yaml:1:1: role 'default' of service 'cache' has the name of a user that every Redis service"
                                + " has [HF1601]\n  fix: Choose a name other than default, exporter, holdfast, replication,"
                                + " sentinel.",
                        "stack.yaml:1:1: role 'idle' of service 'cache' may do nothing [HF1603]\n  fix: Write what it may"
                                + " do, such as `can: [read]`, or remove the role.");
    }

    @Test
    void whatNeedsNoComplaintGetsNone() {
        Service<RedisSpec> service =
                cache(RedisSpec.Persistence.AOF, List.of("jobs"), Map.of("app", role(RedisSpec.Can.WRITE)));
        Problems problems = new Problems();
        engine.check(service, FixedContext.of(service).stack(), problems);
        assertThat(problems.all()).isEmpty();
        assertThat(engine.things(service)).containsExactly("jobs");
    }

    @Test
    void whatIsKeptIsNotEvictedUnlessTheFileSaysSo() {
        assertThat(cache(RedisSpec.Persistence.AOF, List.of(), Map.of())
                        .settings()
                        .evictionInForce())
                .isEqualTo(RedisSpec.Eviction.NOEVICTION);
        assertThat(cache(RedisSpec.Persistence.RDB, List.of(), Map.of())
                        .settings()
                        .evictionInForce())
                .isEqualTo(RedisSpec.Eviction.ALLKEYS_LRU);
        assertThat(cache(RedisSpec.Persistence.NONE, List.of("jobs"), Map.of())
                        .settings()
                        .evictionInForce())
                .isEqualTo(RedisSpec.Eviction.NOEVICTION);
    }

    @Test
    void settingsFollowFromResources() {
        assertThat(sized(500, 256, RedisSpec.Persistence.AOF))
                .containsEntry("maxmemory", "192mb")
                .containsEntry("maxclients", "819")
                .containsEntry("io-threads", "1")
                .containsEntry("lazyfree-lazy-eviction", "no");
        assertThat(sized(8000, 32 * 1024, RedisSpec.Persistence.NONE))
                .containsEntry("maxmemory", "27852mb")
                .containsEntry("maxclients", "10000")
                .containsEntry("io-threads", "7")
                .containsEntry("lazyfree-lazy-eviction", "yes");
        assertThat(sized(64_000, 64, RedisSpec.Persistence.RDB))
                .containsEntry("maxmemory", "48mb")
                .containsEntry("maxclients", "204")
                .containsEntry("io-threads", "8");
    }

    @Test
    void noSettingIsWrittenThatTheListDoesNotHaveAndNoneOfTheListIsLeftOut() {
        Service<RedisSpec> cache = cache(RedisSpec.Persistence.AOF, List.of(), Map.of());
        // with all that a service may be asked for
        Service<RedisSpec> sleeping = new Service<>(
                cache.name(),
                cache.engine(),
                cache.version(),
                cache.resources(),
                cache.settings(),
                cache.parent(),
                cache.positions(),
                Optional.of(Duration.ofMinutes(5)));
        List<Service<RedisSpec>> all =
                List.of(sleeping, several(RedisSpec.Topology.SENTINEL), several(RedisSpec.Topology.CLUSTER));
        Set<String> written = new TreeSet<>();
        for (Service<RedisSpec> service : all) {
            for (Workload workload : engine.provisioning().workloads(service, FixedContext.of(service))) {
                List<String> keys = workload.files().stream()
                        .filter(file -> file.content() instanceof Content.Settings)
                        .flatMap(file -> ((Content.Settings) file.content()).settings().stream())
                        .map(Setting::key)
                        .toList();
                assertThat(keys).doesNotHaveDuplicates();
                written.addAll(keys);
            }
        }
        assertThat(written)
                .containsExactlyInAnyOrderElementsOf(dev.holdfast.engine.Parameters.beside(RedisEngine.class)
                        .byKey()
                        .keySet());
    }

    private Service<RedisSpec> several(RedisSpec.Topology topology) {
        return FixedContext.service(engine, "cache", spec(topology, RedisSpec.Persistence.AOF, List.of(), Map.of()));
    }

    @Test
    void whoRunsFollowsFromTheTopologyAndItsNumbers() {
        assertThat(engine.provisioning().members(several(RedisSpec.Topology.SENTINEL)))
                .extracting(Member::name)
                .containsExactly(
                        "cache-sentinel-0", "cache-sentinel-1", "cache-sentinel-2", "cache-0", "cache-1", "cache-2");
        assertThat(engine.provisioning().members(several(RedisSpec.Topology.CLUSTER)))
                .extracting(Member::name)
                .containsExactly("cache-0-0", "cache-0-1", "cache-1-0", "cache-1-1", "cache-2-0", "cache-2-1");
    }

    @Test
    void severalMembersAreReadyWhenWhatTheyPromiseTogetherHolds() {
        Service<RedisSpec> watched = several(RedisSpec.Topology.SENTINEL);
        Map<String, String> one =
                Map.of("slave0", "ip=a,port=1,state=online,offset=90,lag=0", "master_repl_offset", "100");
        assertThat(server(watched, one))
                .isInstanceOf(Health.Impaired.class)
                .extracting(Health::because)
                .isEqualTo("it is primary and only 1 of 2 replicas follow it");
        Map<String, String> both = new HashMap<>(one);
        both.put("slave1", "ip=a,port=2,state=online,offset=100,lag=0");
        assertThat(server(watched, both).because()).endsWith("2 of 2 replicas follow, at most 10 bytes behind");
        assertThat(server(watched, Map.of("role", "slave", "master_link_status", "down", "master_host", "a")))
                .isInstanceOf(Health.Impaired.class);
        assertThat(RedisHealth.sentinel(
                        watched, Map.of("flags", "master"), "NOQUORUM 1 usable", Optional.of("cache-0")))
                .isEqualTo(new Health.Impaired(
                        "sentinels could not replace a primary now: NOQUORUM 1 usable",
                        "See 'holdfast why cache' which sentinels are missing."));
        assertThat(RedisHealth.sentinel(
                        watched, Map.of("flags", "master,o_down"), "OK 3 usable", Optional.of("cache-0")))
                .isInstanceOf(Health.Impaired.class);
        Service<RedisSpec> divided = several(RedisSpec.Topology.CLUSTER);
        Map<String, String> info = Map.of("role", "slave", "master_link_status", "up", "redis_version", "8");
        Map<String, String> cluster = new HashMap<>(Map.of(
                "cluster_known_nodes", "6",
                "cluster_slots_assigned", "16384",
                "cluster_slots_ok", "16384",
                "cluster_state", "ok"));
        assertThat(RedisHealth.node(divided, info, cluster)).isInstanceOf(Health.Ready.class);
        cluster.put("cluster_slots_ok", "10923");
        assertThat(RedisHealth.node(divided, info, cluster).because())
                .isEqualTo("of the cluster only 10923 of 16384 slots are served, so it answers with an error");
        cluster.put("cluster_known_nodes", "1");
        assertThat(RedisHealth.node(divided, info, cluster)).isInstanceOf(Health.Impaired.class);
    }

    private static Health server(Service<RedisSpec> service, Map<String, String> figures) {
        Map<String, String> info = new HashMap<>(Map.of("role", "master"));
        info.putAll(figures);
        return RedisHealth.server(service, info);
    }

    @Test
    void noPasswordIsInAnythingThatCanBeRead() {
        Service<RedisSpec> service = cache(RedisSpec.Persistence.AOF, List.of("jobs"), Map.of());
        Workload exporter = engine.observation()
                .orRefuse()
                .exporterWorkloads(service, FixedContext.of(service))
                .getFirst();
        assertThat(workload(service).toString() + exporter).doesNotContain("secret of");
        assertThat(engine.access()
                        .orRefuse()
                        .client(service, Optional.empty(), FixedContext.of(service))
                        .command())
                .noneMatch(argument -> argument.contains("secret of"));
    }

    @Test
    void twoAnswersToOneQuestionAreEqual() {
        Service<RedisSpec> service = cache(RedisSpec.Persistence.AOF, List.of("jobs"), Map.of());
        assertThat(workload(service)).isEqualTo(workload(service));
    }

    @Test
    void aRoleThatIsNotDeclaredIsRefused() {
        Service<RedisSpec> service = cache(RedisSpec.Persistence.AOF, List.of(), Map.of());
        assertThatThrownBy(() ->
                        engine.access().orRefuse().variables(service, Optional.of("reader"), FixedContext.of(service)))
                .hasMessage("service 'cache' has no role 'reader' [HF1605]\n  fix: Name one of: app, holdfast.");
    }

    @Test
    void queuesThatNothingKeepsAreToldInThePlan() {
        assertThat(engine.notes(cache(RedisSpec.Persistence.NONE, List.of("jobs"), Map.of())))
                .containsExactly(
                        "Service 'cache' has queues and `persistence: none`: what is queued is gone after every"
                                + " restart.");
        assertThat(engine.notes(cache(RedisSpec.Persistence.AOF, List.of("jobs"), Map.of())))
                .isEmpty();
    }

    @Test
    void readyMeansThatItWouldTakeAWrite() {
        Service<RedisSpec> kept = cache(RedisSpec.Persistence.RDB, List.of(), Map.of());
        assertThat(because(kept, Map.of()))
                .isEqualTo("redis 8.0.2 answers over TLS as primary, 1M of 2M used, 1 clients");
        assertThat(because(kept, Map.of("loading", "1", "loading_loaded_perc", "35.5", "loading_eta_seconds", "4")))
                .isEqualTo("it is loading its data: 35.5 % done, 4s to go");
        assertThat(because(kept, Map.of("role", "slave", "master_host", "10.0.0.9")))
                .isEqualTo("it is a slave of 10.0.0.9 and takes no writes");
        assertThat(because(kept, Map.of("aof_enabled", "1", "aof_last_write_status", "err")))
                .isEqualTo("it refuses writes because the append-only file could not be written (MISCONF)");
        assertThat(because(kept, Map.of("rdb_last_bgsave_status", "err", "rdb_changes_since_last_save", "12")))
                .isEqualTo("it refuses writes because its last snapshot failed (MISCONF), with 12 changes unsaved");
        assertThat(because(kept, Map.of("maxmemory", "10", "used_memory", "11", "maxmemory_policy", "noeviction")))
                .endsWith("memory is full and nothing may be evicted, so commands that add data are refused (OOM)");
        Service<RedisSpec> unkept = cache(RedisSpec.Persistence.NONE, List.of(), Map.of());
        assertThat(because(unkept, Map.of("rdb_last_bgsave_status", "err"))).startsWith("redis 8.0.2 answers");
    }

    @Test
    void aServerThatIsNotThereIsAnAnswerOfTheProbeAndAProblemOfAChange() throws java.io.IOException {
        Service<RedisSpec> service = cache(RedisSpec.Persistence.AOF, List.of(), Map.of());
        FixedContext somewhere = FixedContext.of(service);
        FixedContext context =
                new FixedContext(somewhere.stack(), FixedContext.authority(), freePort(), List.of(), List.of());
        Address address = context.outside("cache-0", "redis");
        assertThat(engine.observation().orRefuse().probe(service, "cache-0", context))
                .isEqualTo(new Health.NotReady(
                        "nothing listens at " + address,
                        "Start it with `holdfast restart cache`, or read `holdfast logs cache`."));
        assertThatThrownBy(() -> engine.access().orRefuse().changes(service, context))
                .hasMessageStartingWith("nothing listens at " + address + " [HF3521]");
    }

    @Test
    void refusalsOfTheServerAreToldApart() {
        Address address = new Address("127.0.0.1", 6379);
        HoldfastException login = RedisSession.refused(new JedisAccessControlException("WRONGPASS"), "cache", address);
        assertThat(login.problems()).extracting(Problem::code).containsExactly(Code.HF3522);
        assertThat(login)
                .hasMessageStartingWith("redis at 127.0.0.1:6379 refuses the password of user 'holdfast' [HF3522]");
        HoldfastException command =
                RedisSession.refused(new JedisDataException("OOM command not allowed"), "cache", address);
        assertThat(command).hasMessageStartingWith("redis at 127.0.0.1:6379 answers: OOM command not allowed [HF3523]");
    }

    private static int freePort() throws java.io.IOException {
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String because(Service<RedisSpec> service, Map<String, String> figures) {
        Map<String, String> info = new HashMap<>(Map.of(
                "role", "master",
                "redis_version", "8.0.2",
                "used_memory_human", "1M",
                "maxmemory_human", "2M",
                "connected_clients", "1"));
        info.putAll(figures);
        return RedisHealth.server(service, info).because();
    }

    private Map<String, String> sized(long millis, long mebi, RedisSpec.Persistence persistence) {
        Resources resources = new Resources(new Cpu(millis), Bytes.mebi(mebi), Bytes.mebi(1024));
        RedisSpec spec = cache(persistence, List.of(), Map.of()).settings();
        Map<String, String> values = new HashMap<>();
        engine.sizing()
                .orRefuse()
                .settings(FixedContext.service(engine, "cache", spec, resources))
                .forEach(setting -> values.put(setting.key(), setting.value()));
        return values;
    }

    private Workload workload(Service<RedisSpec> service) {
        return engine.provisioning()
                .workloads(service, FixedContext.of(service))
                .getFirst();
    }

    private Service<RedisSpec> cache(
            RedisSpec.Persistence persistence, List<String> queues, Map<String, RedisSpec.Role> roles) {
        return FixedContext.service(engine, "cache", spec(RedisSpec.Topology.SINGLE, persistence, queues, roles));
    }

    private static RedisSpec spec(
            RedisSpec.Topology topology,
            RedisSpec.Persistence persistence,
            List<String> queues,
            Map<String, RedisSpec.Role> roles) {
        return new RedisSpec(
                topology,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Duration.ofSeconds(5),
                persistence,
                Optional.empty(),
                queues,
                new TreeMap<>(roles));
    }

    private static RedisSpec.Role role(RedisSpec.Can... can) {
        return new RedisSpec.Role(List.of(can), List.of("*"), List.of());
    }
}
