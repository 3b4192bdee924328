package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Support;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One server, several behind Sentinels, or a cluster. Their users live in {@code /data/users.acl}, because {@code ACL SAVE}
 * must be able to write them.
 */
final class RedisProvisioning implements Provisioning<RedisSpec> {
    static final String PORT = RedisMembers.PORT;
    static final String IMAGE = "docker.io/library/redis:8.0.4-bookworm";

    private final RedisSession session;
    private final RedisConfiguration configuration;

    RedisProvisioning(RedisSession session, RedisConfiguration configuration) {
        this.session = session;
        this.configuration = configuration;
    }

    /** One without persistence would wake up empty. */
    @Override
    public Support<Sleeping<RedisSpec>> sleeping(Service<RedisSpec> service) {
        if (!service.settings().isSingle()) {
            return Support.notOffered(
                    "its members talk to one another all the time, and asleep they would take one another for dead",
                    "Remove 'suspend', or write `topology: single` in the environment that is to sleep.");
        }
        return service.settings().persistence() == RedisSpec.Persistence.NONE
                ? Support.notOffered(
                        "it keeps nothing on disk, so all it holds would be lost",
                        "Give it persistence: aof, or remove 'suspend'.")
                : Support.offered(new RedisSleeping());
    }

    @Override
    public Support<Cutting<RedisSpec>> cutting() {
        return Support.offered(new RedisCutting());
    }

    @Override
    public List<Member> members(Service<RedisSpec> service) {
        return RedisMembers.all(service);
    }

    @Override
    public List<Workload> workloads(Service<RedisSpec> service, Context context) {
        List<Workload> workloads = new ArrayList<>();
        for (Member member : members(service)) {
            workloads.add(workload(service, member, context));
        }
        return workloads;
    }

    private Workload workload(Service<RedisSpec> service, Member member, Context context) {
        String name = member.name();
        boolean isSentinel = RedisMembers.isSentinel(service, name);
        List<Workload.SecretFile> secrets = new ArrayList<>();
        secrets.add(
                new Workload.SecretFile(RedisUsers.EXPORTER, RedisAccess.secret(service.name(), RedisUsers.EXPORTER)));
        if (service.settings().topology() == RedisSpec.Topology.SENTINEL && !isSentinel) {
            secrets.add(new Workload.SecretFile(
                    RedisUsers.SENTINEL, RedisAccess.secret(service.name(), RedisUsers.SENTINEL)));
        }
        List<String> script = script(service, name);
        Address listen = context.listen(name, PORT);
        return new Workload(
                member,
                new Programs.Debian(List.of("redis-server", "redis-tools", "coreutils")),
                new Container(
                                IMAGE,
                                script.isEmpty()
                                        ? List.of("redis-server", "/config/redis.conf")
                                        : prefixed("sh", script),
                                new TreeMap<>(),
                                List.of(
                                        "sh",
                                        "-c",
                                        "REDISCLI_AUTH=\"$(cat /secrets/" + RedisUsers.EXPORTER
                                                + ")\" redis-cli --tls --cacert /tls/ca.crt -p " + listen.port()
                                                + " --user "
                                                + RedisUsers.EXPORTER + " ping | grep -q PONG"))
                        .withUser("999:999")
                        .withFirstStart(List.of(new Container.FirstStart(
                                "/data/" + RedisConfiguration.USERS,
                                RedisConfiguration.users(service, name, context, true)))),
                script.isEmpty()
                        ? List.of("/usr/bin/redis-server", "/config/redis.conf")
                        : prefixed("/usr/bin/sh", script),
                new TreeMap<>(),
                configuration.files(service, name, context),
                secrets,
                true,
                Optional.of(new Workload.Initialise(
                        List.of("/usr/bin/install", "-m", "600", "/config/users.acl", "/data/users.acl"))),
                // a server asks the sentinels who is primary before it starts
                isSentinel ? Set.of() : Set.copyOf(RedisMembers.sentinels(service)),
                // the last save of a large data set takes its time; killed, an append-only file loses a second at most
                new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(isSentinel ? 5 : 30)),
                isSentinel ? Workload.Reload.RESTART : Workload.Reload.CONNECTION);
    }

    /** What is asked or put in order before the program itself; nothing for a server that is alone. */
    private static List<String> script(Service<RedisSpec> service, String member) {
        RedisSpec spec = service.settings();
        String quorum = Integer.toString(RedisMembers.quorum(service));
        boolean keeps = spec.persistence() == RedisSpec.Persistence.AOF;
        if (RedisMembers.isSentinel(service, member)) {
            return List.of("/config/sentinel.sh", quorum);
        }
        return switch (spec.topology()) {
            case SINGLE -> List.of();
            case SENTINEL ->
                List.of(
                        "/config/server.sh",
                        member,
                        service.name(),
                        quorum,
                        Long.toString(spec.failoverAfter().multipliedBy(3).toSeconds()),
                        keeps ? "keeps" : "yields");
            case CLUSTER -> {
                boolean yields = !keeps && spec.replicasInForce() > 0;
                yield List.of(
                        "/config/node.sh",
                        Long.toString(
                                yields ? spec.failoverAfter().multipliedBy(2).toSeconds() : 0));
            }
        };
    }

    private static List<String> prefixed(String first, List<String> others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    @Override
    public void reload(Service<RedisSpec> service, String member, List<Setting> changed, Context context) {
        try {
            for (Setting setting : changed) {
                // quotes are the file's, not the value's
                String value = setting.value().replace("\"", "");
                session.call(service.name(), member, context, Command.CONFIG, List.of("SET", setting.key(), value));
            }
            // naming the same files again has Redis read them again; certificate and key only fit together
            session.call(
                    service.name(),
                    member,
                    context,
                    Command.CONFIG,
                    List.of(
                            "SET",
                            "tls-cert-file",
                            RedisConfiguration.CERTIFICATE,
                            "tls-key-file",
                            RedisConfiguration.KEY));
        } catch (JedisException e) {
            throw RedisSession.refused(e, service.name(), context.outside(member, PORT));
        }
    }
}
