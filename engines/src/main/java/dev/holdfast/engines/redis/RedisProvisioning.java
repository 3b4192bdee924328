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
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Support;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** One server. Its users live in {@code /data/users.acl}, because {@code ACL SAVE} must be able to write them. */
final class RedisProvisioning implements Provisioning<RedisSpec> {
    static final String PORT = "redis";
    static final String IMAGE = "docker.io/library/redis:8.0.4-bookworm";

    private static final String CERTIFICATE = "/tls/server.crt";
    private static final String KEY = "/tls/server.key";

    private final RedisSession session;
    private final RedisSizing sizing;
    private final Parameters parameters;

    RedisProvisioning(RedisSession session, RedisSizing sizing, Parameters parameters) {
        this.session = session;
        this.sizing = sizing;
        this.parameters = parameters;
    }

    static String member(Service<RedisSpec> service) {
        return service.name() + "-0";
    }

    /** One without persistence would wake up empty. */
    @Override
    public Support<Sleeping<RedisSpec>> sleeping(Service<RedisSpec> service) {
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
        return List.of(new Member(member(service), service.name(), "primary", List.of(new Port(PORT, 6379))));
    }

    @Override
    public List<Workload> workloads(Service<RedisSpec> service, Context context) {
        Address listen = context.listen(member(service), PORT);
        List<String> command = List.of("redis-server", "/config/redis.conf");
        return List.of(new Workload(
                members(service).getFirst(),
                new Programs.Debian(List.of("redis-server", "redis-tools", "coreutils")),
                new Container(
                                IMAGE,
                                command,
                                new TreeMap<>(),
                                List.of(
                                        "sh",
                                        "-c",
                                        "REDISCLI_AUTH=\"$(cat /secrets/" + RedisUsers.EXPORTER
                                                + ")\" redis-cli --tls --cacert /tls/ca.crt -p " + listen.port()
                                                + " --user "
                                                + RedisUsers.EXPORTER + " ping | grep -q PONG"))
                        .withUser("999:999")
                        .withFirstStart(
                                List.of(new Container.FirstStart("/data/users.acl", users(service, context, true)))),
                List.of("/usr/bin/redis-server", "/config/redis.conf"),
                new TreeMap<>(),
                List.of(
                        new ConfigurationFile(
                                "redis.conf", new Content.Settings(Content.Syntax.SPACED, settings(service, listen))),
                        new ConfigurationFile("users.acl", users(service, context, false))),
                List.of(new Workload.SecretFile(
                        RedisUsers.EXPORTER, RedisAccess.secret(service.name(), RedisUsers.EXPORTER))),
                true,
                Optional.of(new Workload.Initialise(
                        List.of("/usr/bin/install", "-m", "600", "/config/users.acl", "/data/users.acl"))),
                Set.of(),
                // the last save of a large data set takes its time; killed, an append-only file loses a second at most
                new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(30)),
                Workload.Reload.CONNECTION));
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
                    List.of("SET", "tls-cert-file", CERTIFICATE, "tls-key-file", KEY));
        } catch (JedisException e) {
            throw RedisSession.refused(e, service.name(), context.outside(member, PORT));
        }
    }

    private List<Setting> settings(Service<RedisSpec> service, Address listen) {
        List<Setting> settings = new ArrayList<>();
        settings.add(parameters.setting("bind", listen.host()));
        settings.add(parameters.setting("port", "0"));
        settings.add(parameters.setting("tls-port", Integer.toString(listen.port())));
        settings.add(parameters.setting("tls-cert-file", CERTIFICATE));
        settings.add(parameters.setting("tls-key-file", KEY));
        settings.add(parameters.setting("tls-ca-cert-file", "/tls/ca.crt"));
        settings.add(parameters.setting("tls-auth-clients", "no"));
        settings.add(parameters.setting("tls-protocols", "\"TLSv1.2 TLSv1.3\""));
        settings.add(parameters.setting("aclfile", "/data/users.acl"));
        settings.add(parameters.setting("dir", "/data"));
        settings.add(parameters.setting("daemonize", "no"));
        settings.add(parameters.setting("protected-mode", "no"));
        settings.add(parameters.setting("set-proc-title", "no"));
        settings.add(parameters.setting("enable-debug-command", "no"));
        settings.add(parameters.setting("enable-module-command", "no"));
        settings.add(parameters.setting("latency-monitor-threshold", "100"));
        settings.add(parameters.setting("slowlog-log-slower-than", "10000"));
        boolean appends = service.settings().persistence() == RedisSpec.Persistence.AOF;
        boolean snapshots = service.settings().persistence() == RedisSpec.Persistence.RDB;
        settings.add(parameters.setting("appendonly", appends ? "yes" : "no"));
        settings.add(parameters.setting("appendfsync", "everysec"));
        settings.add(parameters.setting("save", snapshots ? "900 1 300 100 60 10000" : "\"\""));
        settings.add(parameters.setting("stop-writes-on-bgsave-error", "yes"));
        settings.add(parameters.setting("shutdown-timeout", "20"));
        service.suspend().ifPresent(idle -> settings.add(parameters.setting("supervised", "systemd")));
        settings.addAll(sizing.settings(service));
        return settings;
    }

    /**
     * The users of an empty server: Holdfast and the exporter, who must get in before Access has made the roles. Where
     * nobody will be there to make them, the roles too.
     */
    private static Content users(Service<RedisSpec> service, Context context, boolean withRoles) {
        List<RedisUser> users = withRoles ? RedisAccess.desired(service, context) : RedisAccess.first(service, context);
        String lines = users.stream()
                .map(user -> "user " + user.name() + " "
                        + user.rules(user.passwords().stream()
                                .map(hash -> "#" + hash)
                                .toList())
                        + "\n")
                .collect(Collectors.joining());
        return new Content.Confidential(new Redacted(lines), Setting.Effect.RELOAD);
    }
}
