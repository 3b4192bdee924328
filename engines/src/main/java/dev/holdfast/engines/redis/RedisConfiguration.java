package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Parameters;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the members read. Nothing in it changes with who is primary: that is theirs to write down, in {@code /data}. */
final class RedisConfiguration {
    static final String CERTIFICATE = "/tls/server.crt";
    static final String KEY = "/tls/server.key";
    static final String USERS = "users.acl";

    /** The members and their addresses, for the scripts that start them. */
    static final String PEERS = "peers";

    private final Parameters parameters;
    private final RedisSizing sizing;

    RedisConfiguration(Parameters parameters, RedisSizing sizing) {
        this.parameters = parameters;
        this.sizing = sizing;
    }

    List<ConfigurationFile> files(Service<RedisSpec> service, String member, Context context) {
        ConfigurationFile users = new ConfigurationFile(USERS, users(service, member, context, false));
        if (RedisMembers.isSentinel(service, member)) {
            return List.of(
                    new ConfigurationFile(
                            "sentinel.conf", new Content.Settings(Content.Syntax.SPACED, sentinel(member, context))),
                    new ConfigurationFile("login.conf", login(service, context)),
                    new ConfigurationFile("monitor.conf", plain(monitor(service, context))),
                    new ConfigurationFile("primary.conf", primary(service, context)),
                    peersFile(service, context),
                    script("sentinel.sh"),
                    users);
        }
        ConfigurationFile server = new ConfigurationFile(
                "redis.conf", new Content.Settings(Content.Syntax.SPACED, server(service, member, context)));
        return switch (service.settings().topology()) {
            case SINGLE -> List.of(server, users);
            case SENTINEL ->
                List.of(
                        server,
                        new ConfigurationFile("replication.conf", replication(service, context)),
                        peersFile(service, context),
                        script("server.sh"),
                        users);
            case CLUSTER ->
                List.of(
                        server,
                        new ConfigurationFile("replication.conf", replication(service, context)),
                        peersFile(service, context),
                        script("node.sh"),
                        users);
        };
    }

    private static ConfigurationFile script(String name) {
        return new ConfigurationFile(name, plain(Resource.beside(RedisConfiguration.class, name)));
    }

    private static Content plain(String text) {
        return new Content.Plain(text, Setting.Effect.RESTART);
    }

    /**
     * The users of an empty member: those who must get in before Access has made the roles. Where nobody will be there to
     * make them, the roles too.
     */
    static Content users(Service<RedisSpec> service, String member, Context context, boolean withRoles) {
        List<RedisUser> users =
                withRoles ? RedisAccess.desired(service, member, context) : RedisAccess.first(service, member, context);
        String lines = users.stream()
                .map(user -> "user " + user.name() + " "
                        + user.rules(user.passwords().stream()
                                .map(hash -> "#" + hash)
                                .toList())
                        + "\n")
                .collect(Collectors.joining());
        return new Content.Confidential(new Redacted(lines), Setting.Effect.RELOAD);
    }

    private List<Setting> server(Service<RedisSpec> service, String member, Context context) {
        RedisSpec spec = service.settings();
        List<Setting> settings = new ArrayList<>(door(member, context));
        settings.add(parameters.setting("set-proc-title", "no"));
        settings.add(parameters.setting("enable-debug-command", "no"));
        settings.add(parameters.setting("enable-module-command", "no"));
        settings.add(parameters.setting("latency-monitor-threshold", "100"));
        settings.add(parameters.setting("slowlog-log-slower-than", "10000"));
        boolean appends = spec.persistence() == RedisSpec.Persistence.AOF;
        boolean snapshots = spec.persistence() == RedisSpec.Persistence.RDB;
        settings.add(parameters.setting("appendonly", appends ? "yes" : "no"));
        settings.add(parameters.setting("appendfsync", "everysec"));
        settings.add(parameters.setting("save", snapshots ? "900 1 300 100 60 10000" : "\"\""));
        settings.add(parameters.setting("stop-writes-on-bgsave-error", "yes"));
        settings.add(parameters.setting("shutdown-timeout", "20"));
        service.suspend().ifPresent(idle -> settings.add(parameters.setting("supervised", "systemd")));
        Address reached = context.inside(member, RedisMembers.PORT);
        if (spec.replicasInForce() > 0) {
            settings.add(parameters.setting("repl-diskless-sync-delay", "1"));
            settings.add(
                    parameters.setting("repl-diskless-sync-max-replicas", Integer.toString(spec.replicasInForce())));
        }
        switch (spec.topology()) {
            case SINGLE -> {}
            case SENTINEL -> {
                settings.add(parameters.setting("tls-replication", "yes"));
                settings.add(parameters.setting("replica-announce-ip", reached.host()));
                settings.add(parameters.setting("replica-announce-port", Integer.toString(reached.port())));
                settings.add(parameters.setting(
                        "min-replicas-to-write", Integer.toString(Math.min(1, spec.replicasInForce()))));
                settings.add(parameters.setting("min-replicas-max-lag", "10"));
            }
            case CLUSTER -> {
                Address bus = context.inside(member, RedisMembers.BUS);
                settings.add(parameters.setting("tls-replication", "yes"));
                settings.add(parameters.setting("tls-cluster", "yes"));
                settings.add(parameters.setting("cluster-enabled", "yes"));
                settings.add(parameters.setting("cluster-config-file", "nodes.conf"));
                settings.add(parameters.setting(
                        "cluster-port",
                        Integer.toString(
                                context.listen(member, RedisMembers.BUS).port())));
                settings.add(parameters.setting("cluster-announce-ip", reached.host()));
                settings.add(parameters.setting("cluster-announce-tls-port", Integer.toString(reached.port())));
                settings.add(parameters.setting("cluster-announce-bus-port", Integer.toString(bus.port())));
                settings.add(parameters.setting(
                        "cluster-node-timeout",
                        Long.toString(spec.failoverAfter().toMillis())));
                settings.add(parameters.setting("cluster-allow-replica-migration", "no"));
                settings.add(parameters.setting("cluster-require-full-coverage", "yes"));
            }
        }
        settings.addAll(sizing.settings(service));
        return settings;
    }

    /** What every member's door is like. */
    private List<Setting> door(String member, Context context) {
        Address listen = context.listen(member, RedisMembers.PORT);
        return List.of(
                parameters.setting("bind", listen.host()),
                parameters.setting("port", "0"),
                parameters.setting("tls-port", Integer.toString(listen.port())),
                parameters.setting("tls-cert-file", CERTIFICATE),
                parameters.setting("tls-key-file", KEY),
                parameters.setting("tls-ca-cert-file", "/tls/ca.crt"),
                parameters.setting("tls-auth-clients", "no"),
                parameters.setting("tls-protocols", "\"TLSv1.2 TLSv1.3\""),
                parameters.setting("aclfile", "/data/" + USERS),
                parameters.setting("dir", "/data"),
                parameters.setting("daemonize", "no"),
                parameters.setting("protected-mode", "no"));
    }

    private List<Setting> sentinel(String member, Context context) {
        List<Setting> settings = new ArrayList<>(door(member, context));
        Address reached = context.inside(member, RedisMembers.PORT);
        settings.add(parameters.setting("tls-replication", "yes"));
        settings.add(parameters.setting("sentinel resolve-hostnames", "yes"));
        settings.add(parameters.setting("sentinel announce-hostnames", "yes"));
        settings.add(parameters.setting("sentinel announce-ip", reached.host()));
        settings.add(parameters.setting("sentinel announce-port", Integer.toString(reached.port())));
        settings.add(parameters.setting("sentinel deny-scripts-reconfig", "yes"));
        return settings;
    }

    /** How sentinels get in to one another. */
    private static Content login(Service<RedisSpec> service, Context context) {
        return confidential("sentinel sentinel-user " + RedisUsers.SENTINEL + "\nsentinel sentinel-pass "
                + password(service, RedisUsers.SENTINEL, context) + "\n");
    }

    /** Who is primary before anything has happened. */
    private static String monitor(Service<RedisSpec> service, Context context) {
        Address first = context.inside(RedisMembers.servers(service).getFirst(), RedisMembers.PORT);
        return "sentinel monitor " + service.name() + " " + first.host() + " " + first.port() + " "
                + RedisMembers.quorum(service) + "\n";
    }

    private static Content primary(Service<RedisSpec> service, Context context) {
        String name = service.name();
        long silent = service.settings().failoverAfter().toMillis();
        return confidential("sentinel auth-user " + name + " " + RedisUsers.SENTINEL + "\n"
                + "sentinel auth-pass " + name + " " + password(service, RedisUsers.SENTINEL, context) + "\n"
                + "sentinel down-after-milliseconds " + name + " " + silent + "\n"
                // a failover that got stuck is begun anew after twice this time
                + "sentinel failover-timeout " + name + " " + Math.max(30_000, 6 * silent) + "\n"
                + "sentinel parallel-syncs " + name + " 1\n");
    }

    private static Content replication(Service<RedisSpec> service, Context context) {
        return confidential("masteruser " + RedisUsers.REPLICATION + "\nmasterauth "
                + password(service, RedisUsers.REPLICATION, context) + "\n");
    }

    private static Content confidential(String text) {
        return new Content.Confidential(new Redacted(text), Setting.Effect.RESTART);
    }

    private static String password(Service<RedisSpec> service, String user, Context context) {
        return context.secret(RedisAccess.secret(service.name(), user)).reveal();
    }

    /** Only a start reads it, so a member more or less restarts none of the others. */
    private static ConfigurationFile peersFile(Service<RedisSpec> service, Context context) {
        return new ConfigurationFile(PEERS, new Content.Plain(peers(service, context), Setting.Effect.RELOAD));
    }

    private static String peers(Service<RedisSpec> service, Context context) {
        StringBuilder lines = new StringBuilder();
        for (String sentinel : RedisMembers.sentinels(service)) {
            lines.append(peer("sentinel", sentinel, context)).append('\n');
        }
        for (String server : RedisMembers.servers(service)) {
            lines.append(peer("server", server, context));
            if (service.settings().topology() == RedisSpec.Topology.CLUSTER) {
                lines.append(' ')
                        .append(context.inside(server, RedisMembers.BUS).port());
            }
            lines.append('\n');
        }
        return lines.toString();
    }

    private static String peer(String kind, String member, Context context) {
        Address at = context.inside(member, RedisMembers.PORT);
        return kind + " " + member + " " + at.host() + " " + at.port();
    }
}
