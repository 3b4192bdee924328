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
import dev.holdfast.engine.Insight;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engine.Support;
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
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Ready is: it answers over TLS with Holdfast's own account, has loaded its data and would take a write. */
final class RedisObservation implements Observation<RedisSpec> {
    private static final String METRICS = "metrics";
    private static final String EXPORTER_IMAGE = "docker.io/oliver006/redis_exporter:v1.74.0";

    private final RedisSession session;
    private final RedisInsight insight;

    RedisObservation(RedisSession session) {
        this.session = session;
        this.insight = new RedisInsight(session);
    }

    @Override
    public Health probe(Service<RedisSpec> service, String member, Context context) {
        try {
            if (RedisMembers.isSentinel(service, member)) {
                return sentinel(service, member, context);
            }
            Map<String, String> info = session.info(service.name(), member, context);
            return switch (service.settings().topology()) {
                case SINGLE -> RedisHealth.server(service, info);
                case SENTINEL -> alone(service, member, info, context);
                case CLUSTER -> RedisHealth.node(service, info, session.clusterInfo(service.name(), member, context));
            };
        } catch (JedisException e) {
            RedisSession.Failure failure =
                    RedisSession.failure(e, service.name(), context.outside(member, RedisMembers.PORT));
            return new Health.NotReady(failure.because(), failure.next());
        }
    }

    private Health sentinel(Service<RedisSpec> service, String member, Context context) {
        Map<String, String> view = session.watched(service.name(), member, context);
        String quorum;
        try {
            quorum = RedisSession.text(session.call(
                    service.name(), member, context, Command.SENTINEL, List.of("CKQUORUM", service.name())));
        } catch (JedisDataException missing) {
            quorum = String.valueOf(missing.getMessage());
        }
        return RedisHealth.sentinel(service, view, quorum, session.followed(service, member, context));
    }

    /** A server is asked what it takes itself for, and the sentinels whether they do, too. */
    private Health alone(Service<RedisSpec> service, String member, Map<String, String> info, Context context) {
        Health health = RedisHealth.server(service, info);
        Optional<String> followed = session.primary(service, context);
        if (health instanceof Health.NotReady || followed.isEmpty()) {
            return health;
        }
        boolean isPrimary = "master".equals(info.get("role"));
        if (isPrimary && !followed.get().equals(member)) {
            return new Health.Impaired(
                    "it takes itself for the primary, while the sentinels follow " + followed.get()
                            + "; without replicas it takes no writes",
                    "Wait a moment: the sentinels make it a replica.");
        }
        Address primary = context.inside(followed.get(), RedisMembers.PORT);
        String follows = info.getOrDefault("master_host", "?") + ":" + info.getOrDefault("master_port", "?");
        return isPrimary || follows.equals(primary.toString())
                ? health
                : new Health.Impaired(
                        "it follows " + follows + ", while the sentinels follow " + followed.get() + " at " + primary,
                        "Wait a moment: the sentinels have it follow that.");
    }

    /** One a member: a page tells of one server only. */
    @Override
    public List<Member> exporters(Service<RedisSpec> service) {
        return RedisMembers.all(service).stream()
                .map(Member::name)
                .map(member -> new Member(
                        exporter(service, member), service.name(), "exporter", List.of(new Port(METRICS, 9121))))
                .toList();
    }

    private static String exporter(Service<RedisSpec> service, String member) {
        return (service.settings().isSingle() ? service.name() : member) + "-exporter";
    }

    @Override
    public List<Workload> exporterWorkloads(Service<RedisSpec> service, Context context) {
        List<Workload> workloads = new ArrayList<>();
        List<Member> exporters = exporters(service);
        for (int at = 0; at < exporters.size(); at++) {
            workloads.add(exporterWorkload(
                    service,
                    exporters.get(at),
                    RedisMembers.all(service).get(at).name(),
                    context));
        }
        return workloads;
    }

    private static Workload exporterWorkload(
            Service<RedisSpec> service, Member member, String watched, Context context) {
        Address server = context.inside(watched, RedisMembers.PORT);
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
        // in a cluster only one shard has the queue, and the others would direct elsewhere
        if (!service.settings().queues().isEmpty()
                && service.settings().topology() != RedisSpec.Topology.CLUSTER
                && !RedisMembers.isSentinel(service, watched)) {
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
        return new Workload(
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
                Set.of(watched),
                new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(5)),
                Workload.Reload.RESTART);
    }

    @Override
    public List<Scrape> scrapes(Service<RedisSpec> service) {
        return exporters(service).stream()
                .map(exporter -> new Scrape(
                        "redis", service.name(), exporter.name(), METRICS, "/metrics", Map.of("__scheme__", "https")))
                .toList();
    }

    @Override
    public List<AlertRules> alerts(Service<RedisSpec> service) {
        return List.of(AlertRules.beside(RedisObservation.class, service.name()));
    }

    @Override
    public Support<Insight<RedisSpec>> insight() {
        return Support.offered(insight);
    }
}
