package dev.holdfast.engines.redis;

import dev.holdfast.plan.Change;
import dev.holdfast.secret.SecretRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The users a service should have, and the difference to those it has. Pure. */
final class RedisUsers {
    static final String EXPORTER = "exporter";
    static final String DEFAULT = "default";

    /** The account with which replicas follow their primary. */
    static final String REPLICATION = "replication";

    /** The account of sentinels, on the servers they watch and among themselves. */
    static final String SENTINEL = "sentinel";

    /** Names a role of the file cannot have, whatever the topology, so that another can be chosen later. */
    static final Set<String> TAKEN = Set.of(DEFAULT, RedisSession.ADMINISTRATOR, EXPORTER, REPLICATION, SENTINEL);

    /** What clients of a cluster ask to find their way. */
    private static final String DIRECTIONS =
            " +cluster|slots +cluster|shards +cluster|nodes +cluster|info +cluster|keyslot +cluster|myid";

    private static final SortedSet<String> NONE = new TreeSet<>();

    private RedisUsers() {}

    /** The user of clients that do not say who they are: switched off. */
    static RedisUser unused() {
        return new RedisUser(DEFAULT, false, false, NONE, NONE, NONE, "-@all", NONE);
    }

    static RedisUser administrator(String hash) {
        return new RedisUser(RedisSession.ADMINISTRATOR, true, false, set(hash), set("~*"), set("&*"), "+@all", NONE);
    }

    /** What the exporter reads: the server's figures, and type and length of the queues. */
    static RedisUser exporter(List<String> queues, RedisSpec.Topology topology, String hash) {
        SortedSet<String> keys = new TreeSet<>();
        queues.forEach(queue -> keys.add("%R~" + queue));
        return new RedisUser(
                EXPORTER,
                true,
                false,
                set(hash),
                keys,
                NONE,
                "-@all +@connection -@dangerous +info +config|get +slowlog|get +slowlog|len +latency|latest"
                        + " +latency|histogram +type +exists +llen +xlen +strlen +scard +zcard +hlen +memory|usage"
                        + (topology == RedisSpec.Topology.CLUSTER ? " +cluster|info" : ""),
                set(RedisUser.MARK));
    }

    /** What a replica says to its primary. */
    static RedisUser replication(String hash) {
        return own(REPLICATION, NONE, "-@all +psync +replconf +ping", hash);
    }

    /**
     * What a sentinel says to the servers it watches.
     *
     * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/">Redis: Sentinel and ACL</a>
     */
    static RedisUser watcher(String hash) {
        return own(
                SENTINEL,
                set("&*"),
                "-@all +multi +exec +slaveof +replicaof +ping +subscribe +config|rewrite +role +publish +info"
                        + " +client|setname +client|kill +script|kill",
                hash);
    }

    /** What sentinels say to one another, and what a server asks them before it starts. */
    static RedisUser fellow(String hash) {
        return own(
                SENTINEL,
                set("&*"),
                "-@all +@connection +ping +publish +subscribe +info +role +sentinel|is-master-down-by-addr"
                        + " +sentinel|get-master-addr-by-name +sentinel|master",
                hash);
    }

    /** What the exporter reads of a sentinel. */
    static RedisUser sentinelExporter(String hash) {
        return own(
                EXPORTER,
                NONE,
                "-@all +@connection +ping +info +sentinel|masters +sentinel|master +sentinel|replicas +sentinel|slaves"
                        + " +sentinel|sentinels +sentinel|ckquorum",
                hash);
    }

    /** Whoever may use the servers may ask a sentinel where they are, and be told when that changes. */
    static RedisUser seeker(String name, String hash) {
        return own(
                name,
                set("&*"),
                "-@all +@connection +ping +info +role +subscribe +psubscribe +unsubscribe +punsubscribe"
                        + " +sentinel|get-master-addr-by-name +sentinel|master +sentinel|masters +sentinel|myid"
                        + " +sentinel|replicas +sentinel|slaves +sentinel|sentinels",
                hash);
    }

    private static RedisUser own(String name, SortedSet<String> channels, String commands, String hash) {
        return new RedisUser(name, true, false, set(hash), NONE, channels, commands, set(RedisUser.MARK));
    }

    static RedisUser role(String name, RedisSpec.Role role, RedisSpec.Topology topology, String hash) {
        boolean writes = role.can().contains(RedisSpec.Can.WRITE);
        SortedSet<String> keys = new TreeSet<>();
        role.keys().forEach(pattern -> keys.add((writes ? "~" : "%R~") + pattern));
        StringBuilder commands = new StringBuilder("-@all +@connection");
        for (RedisSpec.Can can : new TreeSet<>(role.can())) {
            commands.append(
                    switch (can) {
                        case READ -> " +@read";
                        case WRITE -> " +@write +@transaction";
                        case PUBLISH -> " +@pubsub";
                        case SCRIPT -> " +@scripting";
                    });
        }
        // client libraries ask for INFO when they connect, and Redis counts it among the dangerous commands
        commands.append(" -@dangerous +info");
        if (topology != RedisSpec.Topology.SINGLE) {
            // to know whom one talks to, and to wait until a write is where it cannot be lost with one server
            commands.append(" +role").append(writes ? " +wait +waitaof" : "");
        }
        if (topology == RedisSpec.Topology.CLUSTER) {
            commands.append(DIRECTIONS);
        }
        for (String command : role.commands()) {
            commands.append(command.startsWith("-") ? " " + command : " +" + command);
        }
        return new RedisUser(
                name,
                true,
                false,
                set(hash),
                keys,
                role.can().contains(RedisSpec.Can.PUBLISH) ? set("&*") : NONE,
                commands.toString(),
                set(RedisUser.MARK));
    }

    /** @param service with the kind of member, where there are several: {@code cache}, {@code cache/sentinels} */
    static List<Change> diff(String service, List<RedisUser> desired, List<RedisUser> actual) {
        Map<String, RedisUser> there = actual.stream().collect(Collectors.toMap(RedisUser::name, Function.identity()));
        Set<String> wanted = desired.stream().map(RedisUser::name).collect(Collectors.toSet());
        List<Change> changes = new ArrayList<>();
        for (RedisUser user : desired) {
            Optional<RedisUser> before = Optional.ofNullable(there.get(user.name()));
            if (before.isEmpty()) {
                changes.add(created(service, user));
            } else if (!before.get().hasRightsOf(user) || !before.get().hasPasswordsOf(user)) {
                changes.add(altered(service, before.get(), user));
            }
        }
        actual.stream()
                .filter(user -> user.isManaged() && !wanted.contains(user.name()))
                .sorted(java.util.Comparator.comparing(RedisUser::name))
                .forEach(user -> changes.add(removed(service, user)));
        return changes;
    }

    private static Change created(String service, RedisUser user) {
        return new Change(
                where(service, user),
                "create user '" + user.name() + "'",
                statement(service, user),
                Change.Risk.NONE,
                Optional.of("ACL DELUSER " + user.name()),
                "the file declares it and the server has no such user");
    }

    private static Change altered(String service, RedisUser before, RedisUser after) {
        boolean passwordOnly = before.hasRightsOf(after);
        // a password that is replaced is known to nobody any more: what is undone are the rights
        String undo = "ACL SETUSER " + after.name() + " reset "
                + before.rules(
                        before.hasPasswordsOf(after) ? password(service, after) : List.of("<its earlier password>"));
        return new Change(
                where(service, after),
                passwordOnly
                        ? "give user '" + after.name() + "' its password"
                        : "change what user '" + after.name() + "' may do",
                statement(service, after),
                Change.Risk.NONE,
                Optional.of(undo),
                because(before, after));
    }

    private static String because(RedisUser before, RedisUser after) {
        List<String> differences = new ArrayList<>();
        if (before.on() != after.on()) {
            differences.add(before.on() ? "it is switched on" : "it is switched off");
        }
        if (!before.hasPasswordsOf(after)) {
            differences.add(before.withoutPassword() ? "it needs no password" : "its password is another");
        }
        if (!before.keys().equals(after.keys())) {
            differences.add("its keys are " + shown(before.keys()));
        }
        if (!before.channels().equals(after.channels())) {
            differences.add("its channels are " + shown(before.channels()));
        }
        if (!before.commands().equals(after.commands())) {
            differences.add("its commands are " + before.commands());
        }
        if (!before.selectors().equals(after.selectors())) {
            differences.add(
                    before.isManaged() == after.isManaged() ? "it has other rights besides" : "it was made by hand");
        }
        return "in the server " + String.join(" and ", differences);
    }

    private static Change removed(String service, RedisUser user) {
        return new Change(
                where(service, user),
                "remove user '" + user.name() + "'",
                "ACL DELUSER " + user.name(),
                Change.Risk.DATA,
                Optional.of("declare the role again (it gets the rights of the file and the password it had)"),
                "Holdfast created it and the file declares it no longer; its clients are disconnected");
    }

    private static String statement(String service, RedisUser user) {
        return "ACL SETUSER " + user.name() + " reset " + user.rules(password(service, user));
    }

    /** The place where the hash of the password is filled in when the statement is executed. */
    private static List<String> password(String service, RedisUser user) {
        int slash = service.indexOf('/');
        SecretRef secret = RedisAccess.secret(slash < 0 ? service : service.substring(0, slash), user.name());
        return user.passwords().isEmpty() ? List.of() : List.of("#${" + secret + "}");
    }

    private static String where(String service, RedisUser user) {
        return service + (TAKEN.contains(user.name()) ? "/users/" : "/roles/") + user.name();
    }

    private static String shown(SortedSet<String> values) {
        return values.isEmpty() ? "none" : String.join(" ", values);
    }

    private static SortedSet<String> set(String value) {
        return new TreeSet<>(Set.of(value));
    }
}
