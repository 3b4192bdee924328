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
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Users of Redis. What the file declares is made so; what people made by hand stays; what Holdfast made and the file no
 * longer declares is proposed to go.
 */
final class RedisAccess implements Access<RedisSpec> {
    private static final Pattern PLACEHOLDER = Pattern.compile("#\\$\\{([^/}]+)/([^}]+)}");

    private final RedisSession session;

    RedisAccess(RedisSession session) {
        this.session = session;
    }

    @Override
    public List<Change> changes(Service<RedisSpec> service, Context context) {
        String member = RedisProvisioning.member(service);
        try {
            return RedisUsers.diff(
                    service.name(), desired(service, context), session.users(service.name(), member, context));
        } catch (JedisException e) {
            throw RedisSession.refused(e, service.name(), context.outside(member, RedisProvisioning.PORT));
        }
    }

    @Override
    public List<Change> fromNothing(Service<RedisSpec> service, Context context) {
        return RedisUsers.diff(service.name(), desired(service, context), first(service, context));
    }

    @Override
    public void apply(Change change, Service<RedisSpec> service, Context context) {
        List<String> words = RedisUser.words(change.statement());
        List<String> arguments = words.subList(1, words.size()).stream()
                .map(word -> filled(word, context))
                .toList();
        String member = RedisProvisioning.member(service);
        try {
            session.call(service.name(), member, context, Command.ACL, arguments);
            session.call(service.name(), member, context, Command.ACL, List.of("SAVE"));
        } catch (JedisException e) {
            throw RedisSession.refused(e, service.name(), context.outside(member, RedisProvisioning.PORT));
        }
    }

    @Override
    public List<Endpoint> endpoints(Service<RedisSpec> service, Context context) {
        String member = RedisProvisioning.member(service);
        Address address = context.outside(member, RedisProvisioning.PORT);
        return List.of(new Endpoint("direct", member, address.host(), address.port(), "rediss://" + address + "/0"));
    }

    @Override
    public SortedMap<String, Redacted> variables(Service<RedisSpec> service, Optional<String> role, Context context) {
        String user = role(service, role);
        Redacted password = context.secret(secret(service.name(), user));
        Address address = context.outside(RedisProvisioning.member(service), RedisProvisioning.PORT);
        SortedMap<String, Redacted> variables = new TreeMap<>();
        variables.put("REDIS_URL", url(user, password, address));
        variables.put("REDIS_HOST", new Redacted(address.host()));
        variables.put("REDIS_PORT", new Redacted(Integer.toString(address.port())));
        variables.put("REDIS_USERNAME", new Redacted(user));
        variables.put("REDIS_PASSWORD", password);
        variables.put("REDIS_CA_FILE", new Redacted(context.authorityFile()));
        return variables;
    }

    @Override
    public Client client(Service<RedisSpec> service, Optional<String> role, Context context) {
        String user = role(service, role);
        Redacted password = context.secret(secret(service.name(), user));
        Address address = context.outside(RedisProvisioning.member(service), RedisProvisioning.PORT);
        return new Client(
                List.of(
                        "/usr/bin/redis-cli",
                        "--tls",
                        "--cacert",
                        "/tls/ca.crt",
                        "-h",
                        address.host(),
                        "-p",
                        Integer.toString(address.port()),
                        "--user",
                        user),
                new TreeMap<>(java.util.Map.of("REDISCLI_AUTH", password)),
                url(user, password, address));
    }

    /** Who can get in before the first change is made. Nothing in the file but a password's secret changes them. */
    static List<RedisUser> first(Service<RedisSpec> service, Context context) {
        return List.of(
                RedisUsers.unused(),
                RedisUsers.administrator(hash(service, RedisSession.ADMINISTRATOR, context)),
                RedisUsers.exporter(List.of(), hash(service, RedisUsers.EXPORTER, context)));
    }

    /** The users of the file and those every service has, with the hashes of their passwords. */
    static List<RedisUser> desired(Service<RedisSpec> service, Context context) {
        List<RedisUser> users = new ArrayList<>();
        users.add(RedisUsers.unused());
        users.add(RedisUsers.administrator(hash(service, RedisSession.ADMINISTRATOR, context)));
        users.add(RedisUsers.exporter(service.settings().queues(), hash(service, RedisUsers.EXPORTER, context)));
        service.settings()
                .rolesInForce()
                .forEach((name, role) -> users.add(RedisUsers.role(name, role, hash(service, name, context))));
        return users;
    }

    /** The secret that is the user's password. */
    static SecretRef secret(String service, String user) {
        boolean own = user.equals(RedisSession.ADMINISTRATOR) || user.equals(RedisUsers.EXPORTER);
        return new SecretRef(service, own ? user : "roles/" + user);
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
