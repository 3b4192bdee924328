package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Context;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Users of Redis, on every member, because members do not tell one another of them. What the file declares is made so; what
 * people made by hand stays; what Holdfast made and the file no longer declares is proposed to go.
 */
final class RedisAccess implements Access<RedisSpec> {
    private static final Pattern PLACEHOLDER = Pattern.compile("#\\$\\{([^/}]+)/([^}]+)}");
    private static final String SENTINELS = "/sentinels";

    private final RedisSession session;

    RedisAccess(RedisSession session) {
        this.session = session;
    }

    @Override
    public List<Change> changes(Service<RedisSpec> service, Context context) {
        List<Change> changes =
                new ArrayList<>(changes(service, service.name(), RedisMembers.servers(service), context));
        changes.addAll(changes(service, service.name() + SENTINELS, RedisMembers.sentinels(service), context));
        return changes;
    }

    /** One change for all members of a kind that need it; doing it on those that do not is harmless. */
    private List<Change> changes(Service<RedisSpec> service, String where, List<String> members, Context context) {
        Map<String, Change> changes = new LinkedHashMap<>();
        for (String member : members) {
            List<RedisUser> desired = desired(service, member, context);
            for (Change change : RedisUsers.diff(where, desired, users(service, member, context))) {
                changes.putIfAbsent(change.where() + "\n" + change.statement(), change);
            }
        }
        return List.copyOf(changes.values());
    }

    private List<RedisUser> users(Service<RedisSpec> service, String member, Context context) {
        try {
            return session.users(service.name(), member, context);
        } catch (JedisException e) {
            throw RedisSession.refused(e, service.name(), context.outside(member, RedisMembers.PORT));
        }
    }

    @Override
    public List<Change> fromNothing(Service<RedisSpec> service, Context context) {
        List<Change> changes = new ArrayList<>(fromNothing(
                service, service.name(), RedisMembers.servers(service).getFirst(), context));
        RedisMembers.sentinels(service).stream()
                .findFirst()
                .ifPresent(sentinel ->
                        changes.addAll(fromNothing(service, service.name() + SENTINELS, sentinel, context)));
        return changes;
    }

    private static List<Change> fromNothing(Service<RedisSpec> service, String where, String member, Context context) {
        return RedisUsers.diff(where, desired(service, member, context), first(service, member, context));
    }

    @Override
    public void apply(Change change, Service<RedisSpec> service, Context context) {
        List<String> words = RedisUser.words(change.statement());
        List<String> arguments = words.subList(1, words.size()).stream()
                .map(word -> filled(word, context))
                .toList();
        boolean isOfSentinels = change.where().startsWith(service.name() + SENTINELS + "/");
        for (String member : isOfSentinels ? RedisMembers.sentinels(service) : RedisMembers.servers(service)) {
            try {
                session.call(service.name(), member, context, Command.ACL, arguments);
                session.call(service.name(), member, context, Command.ACL, List.of("SAVE"));
            } catch (JedisException e) {
                throw RedisSession.refused(e, service.name(), context.outside(member, RedisMembers.PORT));
            }
        }
    }

    @Override
    public List<Endpoint> endpoints(Service<RedisSpec> service, Context context) {
        String primary = primary(service, context);
        List<Endpoint> endpoints = new ArrayList<>();
        switch (service.settings().topology()) {
            case SINGLE -> endpoints.add(endpoint("direct", primary, context));
            case SENTINEL -> {
                endpoints.add(endpoint("primary", primary, context));
                RedisMembers.sentinels(service)
                        .forEach(sentinel -> endpoints.add(
                                endpoint(sentinel.substring(service.name().length() + 1), sentinel, context)));
            }
            case CLUSTER ->
                RedisMembers.servers(service)
                        .forEach(server -> endpoints.add(endpoint(
                                "shard-" + server.substring(service.name().length() + 1), server, context)));
        }
        return endpoints;
    }

    private static Endpoint endpoint(String name, String member, Context context) {
        Address address = context.outside(member, RedisMembers.PORT);
        return new Endpoint(name, member, address.host(), address.port(), "rediss://" + address + "/0");
    }

    /** The server that takes writes now, as far as anybody says so; in a cluster any of them directs clients. */
    private String primary(Service<RedisSpec> service, Context context) {
        return session.primary(service, context)
                .orElseGet(() -> RedisMembers.servers(service).getFirst());
    }

    @Override
    public SortedMap<String, Redacted> variables(Service<RedisSpec> service, Optional<String> role, Context context) {
        String user = role(service, role);
        Redacted password = context.secret(secret(service.name(), user));
        Address address = context.outside(primary(service, context), RedisMembers.PORT);
        SortedMap<String, Redacted> variables = new TreeMap<>();
        variables.put("REDIS_URL", url(user, password, address));
        variables.put("REDIS_HOST", new Redacted(address.host()));
        variables.put("REDIS_PORT", new Redacted(Integer.toString(address.port())));
        variables.put("REDIS_USERNAME", new Redacted(user));
        variables.put("REDIS_PASSWORD", password);
        variables.put("REDIS_CA_FILE", new Redacted(context.authorityFile()));
        switch (service.settings().topology()) {
            case SINGLE -> {}
            case SENTINEL -> {
                String sentinels = addresses(RedisMembers.sentinels(service), context);
                variables.put("REDIS_SENTINELS", new Redacted(sentinels));
                variables.put("REDIS_MASTER_NAME", new Redacted(service.name()));
                // on the sentinels a role has the name and the password that it has on the servers
                variables.put("REDIS_SENTINEL_USERNAME", new Redacted(user));
                variables.put("REDIS_SENTINEL_PASSWORD", password);
                variables.put(
                        "REDIS_SENTINEL_URL",
                        new Redacted("rediss-sentinel://" + user + ":" + password.reveal() + "@" + sentinels + "/0#"
                                + service.name()));
            }
            case CLUSTER ->
                variables.put("REDIS_CLUSTER_NODES", new Redacted(addresses(RedisMembers.servers(service), context)));
        }
        return variables;
    }

    private static String addresses(List<String> members, Context context) {
        return members.stream()
                .map(member -> context.outside(member, RedisMembers.PORT).toString())
                .collect(Collectors.joining(","));
    }

    @Override
    public Client client(Service<RedisSpec> service, Optional<String> role, Context context) {
        String user = role(service, role);
        Redacted password = context.secret(secret(service.name(), user));
        Address address = context.outside(primary(service, context), RedisMembers.PORT);
        List<String> command = new ArrayList<>(List.of("/usr/bin/redis-cli", "--tls", "--cacert", "/tls/ca.crt"));
        if (service.settings().topology() == RedisSpec.Topology.CLUSTER) {
            // follows the cluster's directions
            command.add("-c");
        }
        command.addAll(List.of("-h", address.host(), "-p", Integer.toString(address.port()), "--user", user));
        return new Client(command, new TreeMap<>(Map.of("REDISCLI_AUTH", password)), url(user, password, address));
    }

    /** Who can get in before the first change is made. Nothing in the file but a password's secret changes them. */
    static List<RedisUser> first(Service<RedisSpec> service, String member, Context context) {
        return own(service, member, List.of(), context);
    }

    /** The users of the file and those every member has, with the hashes of their passwords. */
    static List<RedisUser> desired(Service<RedisSpec> service, String member, Context context) {
        RedisSpec spec = service.settings();
        List<RedisUser> users = new ArrayList<>(own(service, member, spec.queues(), context));
        boolean isSentinel = RedisMembers.isSentinel(service, member);
        spec.rolesInForce().forEach((name, role) -> {
            String hash = hash(service, name, context);
            users.add(isSentinel ? RedisUsers.seeker(name, hash) : RedisUsers.role(name, role, spec.topology(), hash));
        });
        return users;
    }

    private static List<RedisUser> own(
            Service<RedisSpec> service, String member, List<String> queues, Context context) {
        List<RedisUser> users = new ArrayList<>();
        users.add(RedisUsers.unused());
        users.add(RedisUsers.administrator(hash(service, RedisSession.ADMINISTRATOR, context)));
        String exporter = hash(service, RedisUsers.EXPORTER, context);
        if (RedisMembers.isSentinel(service, member)) {
            users.add(RedisUsers.sentinelExporter(exporter));
            users.add(RedisUsers.fellow(hash(service, RedisUsers.SENTINEL, context)));
            return users;
        }
        users.add(RedisUsers.exporter(queues, service.settings().topology(), exporter));
        switch (service.settings().topology()) {
            case SINGLE -> {}
            case SENTINEL -> {
                users.add(RedisUsers.replication(hash(service, RedisUsers.REPLICATION, context)));
                users.add(RedisUsers.watcher(hash(service, RedisUsers.SENTINEL, context)));
            }
            case CLUSTER -> users.add(RedisUsers.replication(hash(service, RedisUsers.REPLICATION, context)));
        }
        return users;
    }

    /** The secret that is the user's password. */
    static SecretRef secret(String service, String user) {
        return new SecretRef(service, RedisUsers.TAKEN.contains(user) ? user : "roles/" + user);
    }

    private static String hash(Service<RedisSpec> service, String user, Context context) {
        return sha256(context.secret(secret(service.name(), user)));
    }

    private static String filled(String word, Context context) {
        return PLACEHOLDER
                .matcher(word)
                .replaceAll(found -> "#" + sha256(context.secret(new SecretRef(found.group(1), found.group(2)))));
    }

    private static String sha256(Redacted secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(secret.reveal().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Redacted url(String user, Redacted password, Address address) {
        return new Redacted("rediss://" + user + ":" + password.reveal() + "@" + address + "/0");
    }

    private static String role(Service<RedisSpec> service, Optional<String> role) {
        String name = role.orElseGet(() -> service.settings().applicationRole());
        if (!name.equals(RedisSession.ADMINISTRATOR)
                && !service.settings().rolesInForce().containsKey(name)) {
            throw new HoldfastException(Problem.of(
                    Code.HF1605,
                    "service '" + service.name() + "' has no role '" + name + "'",
                    "Name one of: "
                            + String.join(
                                    ", ", service.settings().rolesInForce().keySet()) + ", "
                            + RedisSession.ADMINISTRATOR + "."));
        }
        return name;
    }
}
