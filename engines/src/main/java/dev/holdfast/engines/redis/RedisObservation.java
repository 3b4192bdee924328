package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Scrape;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import redis.clients.jedis.exceptions.JedisException;

/** Ready is: it answers over TLS with Holdfast's own account, has loaded its data and would take a write. */
final class RedisObservation implements Observation<RedisSpec> {
    private static final String METRICS = "metrics";
    private static final String EXPORTER_IMAGE = "docker.io/oliver006/redis_exporter:v1.74.0";

    private final RedisSession session;

    RedisObservation(RedisSession session) {
        this.session = session;
    }

    @Override
    public Health probe(Service<RedisSpec> service, String member, Context context) {
        try {
            return health(service, session.info(service.name(), member, context));
        } catch (JedisException e) {
            RedisSession.Failure failure =
                    RedisSession.failure(e, service.name(), context.outside(member, RedisProvisioning.PORT));
            return new Health.NotReady(failure.because(), failure.next());
        }
    }

    /** What the figures of {@code INFO} say. Pure. */
    static Health health(Service<RedisSpec> service, Map<String, String> info) {
        String log = "Read the service's log with `holdfast logs " + service.name() + "`.";
        if (isSet(info, "loading")) {
            return new Health.NotReady(
                    "it is loading its data: " + info.getOrDefault("loading_loaded_perc", "0") + " % done, "
                            + info.getOrDefault("loading_eta_seconds", "?") + "s to go",
                    "Wait; it answers when the data is loaded.");
        }
        if (!"master".equals(info.get("role"))) {
            return new Health.NotReady(
                    "it is a " + info.get("role") + " of " + info.get("master_host") + " and takes no writes",
                    "Somebody made it a replica: run `REPLICAOF NO ONE` with `holdfast connect " + service.name()
                            + " --role holdfast`.");
        }
        if (isSet(info, "aof_enabled") && !"ok".equals(info.getOrDefault("aof_last_write_status", "ok"))) {
            return new Health.NotReady(
                    "it refuses writes because the append-only file could not be written (MISCONF)",
                    "Make room where the stack's data lives; it takes writes again by itself. " + log);
        }
        // with snapshots switched off a failed one, asked for by hand, stops nothing
        if (service.settings().persistence() == RedisSpec.Persistence.RDB
                && !"ok".equals(info.getOrDefault("rdb_last_bgsave_status", "ok"))) {
            return new Health.NotReady(
                    "it refuses writes because its last snapshot failed (MISCONF), with "
                            + info.getOrDefault("rdb_changes_since_last_save", "?") + " changes unsaved",
                    "Make room where the stack's data lives; the next snapshot that succeeds ends it. " + log);
        }
        List<String> evidence = new ArrayList<>();
        evidence.add("redis " + info.getOrDefault("redis_version", "?") + " answers over TLS as primary");
        evidence.add(info.getOrDefault("used_memory_human", "?") + " of " + info.getOrDefault("maxmemory_human", "?")
                + " used");
        evidence.add(info.getOrDefault("connected_clients", "?") + " clients");
        if (isSet(info, "aof_enabled")) {
            boolean rewrites = "ok".equals(info.getOrDefault("aof_last_bgrewrite_status", "ok"));
            evidence.add(rewrites ? "append-only file written" : "the last rewrite of the append-only file failed");
        }
        if (isFull(info)) {
            evidence.add("memory is full and nothing may be evicted, so commands that add data are refused (OOM)");
        }
        return new Health.Ready(String.join(", ", evidence));
    }

    private static boolean isFull(Map<String, String> info) {
        long most = number(info, "maxmemory");
        return most > 0 && "noeviction".equals(info.get("maxmemory_policy")) && number(info, "used_memory") >= most;
    }

    private static boolean isSet(Map<String, String> info, String key) {
        return "1".equals(info.get(key));
    }

    private static long number(Map<String, String> info, String key) {
        try {
            return Long.parseLong(info.getOrDefault(key, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public List<Member> exporters(Service<RedisSpec> service) {
        return List.of(
                new Member(service.name() + "-exporter", service.name(), "exporter", List.of(new Port(METRICS, 9121))));
    }

    @Override
    public List<Workload> exporterWorkloads(Service<RedisSpec> service, Context context) {
        Member member = exporters(service).getFirst();
        Address server = context.inside(RedisProvisioning.member(service), RedisProvisioning.PORT);
        // the exporter looks its password up by the URL with the user in it
        String account = "rediss://" + RedisUsers.EXPORTER + "@" + server;
        Address listen = context.listen(member.name(), METRICS);
        List<String> arguments = new ArrayList<>(List.of(
                "--web.listen-address=" + listen,
                "--redis.addr=rediss://" + server,
                "--redis.user=" + RedisUsers.EXPORTER,
                "--redis.password-file=/config/passwords.json",
                "--tls-ca-cert-file=/tls/ca.crt",
                "--tls-server-cert-file=/tls/server.crt",
                "--tls-server-key-file=/tls/server.key",
                // only who shows a certificate of this stack's own authority may read the page
                "--tls-server-ca-cert-file=/tls/ca.crt"));
        if (!service.settings().queues().isEmpty()) {
            arguments.add("--check-single-keys="
                    + String.join(
                            ",",
                            service.settings().queues().stream()
                                    .map(queue -> "db0=" + queue)
                                    .toList()));
        }
        List<String> command = new ArrayList<>(List.of("/usr/bin/prometheus-redis-exporter"));
        command.addAll(arguments);
        Redacted passwords = new Redacted(Json.object()
                .put(
                        account,
                        context.secret(RedisAccess.secret(service.name(), RedisUsers.EXPORTER))
                                .reveal())
                .build()
                .compact());
        return List.of(new Workload(
                member,
                new Programs.Debian(List.of("prometheus-redis-exporter")),
                new Container(EXPORTER_IMAGE, arguments, new TreeMap<>(), List.of()).withUser("59000:59000"),
                command,
                new TreeMap<>(),
                List.of(new ConfigurationFile(
                        "passwords.json", new Content.Confidential(passwords, Setting.Effect.RESTART))),
                List.of(),
                true,
                Optional.empty(),
                Set.of(RedisProvisioning.member(service)),
                new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(5)),
                Workload.Reload.RESTART));
    }

    @Override
    public List<Scrape> scrapes(Service<RedisSpec> service) {
        return List.of(new Scrape(
                "redis",
                service.name(),
                service.name() + "-exporter",
                METRICS,
                "/metrics",
                Map.of("__scheme__", "https")));
    }

    @Override
    public List<AlertRules> alerts(Service<RedisSpec> service) {
        return List.of(AlertRules.beside(RedisObservation.class, service.name()));
    }
}
