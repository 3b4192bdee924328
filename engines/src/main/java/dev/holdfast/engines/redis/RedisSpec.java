package dev.holdfast.engines.redis;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;
import dev.holdfast.language.Range;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a Redis service may say of itself. */
@Doc("Redis with TLS, users of its own and a bounded memory: one server, or several that stand in for one another.")
public record RedisSpec(
        @Doc("How many servers there are and how they stand in for one another.") @Default("single")
        Topology topology,

        @Doc(
                "How many replicas a primary has, where there are any: 2 behind Sentinels, 1 in each shard of a cluster, unless"
                        + " something else is said. Each is a server with all `resources` of the service.")
        @Range(least = "0", most = "5")
        @Example("2")
        OptionalInt replicas,

        @Doc("How many Sentinels watch the primary with `topology: sentinel`; 3 unless something else is said.")
        @Range(least = "3", most = "7")
        @Example("3")
        OptionalInt sentinels,

        @Doc("Among how many primaries the keys are divided with `topology: cluster`; 3 unless something else is said.")
        @Range(least = "3", most = "64")
        @Example("3")
        OptionalInt shards,

        @Doc(
                "How long a primary may be silent before a replica takes its place. Shorter is mistaken more often: a machine"
                        + " that is busy is silent, too.")
        @Default("5s")
        @Range(least = "1s", most = "5m")
        Duration failoverAfter,

        @Doc("What survives a restart.") @Default("aof") Persistence persistence,

        @Doc(
                "What goes when the memory is full. Where nothing is said, nothing is thrown away as long as there are queues"
                        + " or an append-only file; a service that keeps nothing safe anyway is a cache (`allkeys-lru`).")
        @Example("allkeys-lru")
        Optional<Eviction> eviction,

        @Doc(
                "Keys that programs use as queues (lists or streams). Others refer to them as `service/queue`, their lengths are"
                        + " measured, and they are never evicted.")
        @Matches(
                value = "[A-Za-z0-9_][A-Za-z0-9_.:-]{0,126}",
                rule = "letters, digits, `_`, `.`, `:` and `-`, at most 127")
        @Example("[vector_ingest]")
        List<String> queues,

        @Doc("Who may connect. Without any, there is one role `app` that may read, write, publish and run scripts.")
        SortedMap<String, Role> roles) {

    static final Role APPLICATION =
            new Role(List.of(Can.READ, Can.WRITE, Can.PUBLISH, Can.SCRIPT), List.of("*"), List.of());

    public RedisSpec {
        queues = List.copyOf(queues);
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
    }

    /** The roles of the file, or the one that stands for none. */
    SortedMap<String, Role> rolesInForce() {
        return roles.isEmpty() ? Collections.unmodifiableSortedMap(new TreeMap<>(Map.of("app", APPLICATION))) : roles;
    }

    /** The role an application would use: {@code app} where there is one, else the first that may write, else the first. */
    String applicationRole() {
        SortedMap<String, Role> inForce = rolesInForce();
        if (inForce.containsKey("app")) {
            return "app";
        }
        return inForce.entrySet().stream()
                .filter(role -> role.getValue().can().contains(Can.WRITE))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(() -> inForce.keySet().iterator().next());
    }

    boolean isSingle() {
        return topology == Topology.SINGLE;
    }

    int replicasInForce() {
        return switch (topology) {
            case SINGLE -> 0;
            case SENTINEL -> replicas.orElse(2);
            case CLUSTER -> replicas.orElse(1);
        };
    }

    int sentinelsInForce() {
        return topology == Topology.SENTINEL ? sentinels.orElse(3) : 0;
    }

    /** One, unless the keys are divided. */
    int shardsInForce() {
        return topology == Topology.CLUSTER ? shards.orElse(3) : 1;
    }

    Eviction evictionInForce() {
        boolean keeps = !queues.isEmpty() || persistence == Persistence.AOF;
        return eviction.orElse(keeps ? Eviction.NOEVICTION : Eviction.ALLKEYS_LRU);
    }

    /** How many servers. */
    public enum Topology {
        @Doc("One server.")
        SINGLE,
        @Doc(
                "A primary with replicas, watched by Sentinels, which make a replica the primary when they no longer hear from"
                        + " that. Clients ask a Sentinel where the primary is.")
        SENTINEL,
        @Doc(
                "Shards with replicas: each key lives in one shard, and clients follow the cluster's own directions to it.")
        CLUSTER
    }

    /** What survives a restart. */
    public enum Persistence {
        @Doc("An append-only file, on disk within a second: a crash of the machine loses at most that second.")
        AOF,
        @Doc(
                "Snapshots after 15, 5 and 1 minutes, the sooner the more has changed: a crash loses what came after the last.")
        RDB,
        @Doc("Nothing: every start is empty.")
        NONE
    }

    /** What goes when the memory is full. */
    public enum Eviction {
        @Doc("Nothing: writes are refused.")
        NOEVICTION,
        @Doc("The keys not used for the longest time.")
        ALLKEYS_LRU,
        @Doc("The keys used least often.")
        ALLKEYS_LFU,
        @Doc("Any keys.")
        ALLKEYS_RANDOM,
        @Doc("Of the keys that expire, those not used for the longest time.")
        VOLATILE_LRU,
        @Doc("Of the keys that expire, those used least often.")
        VOLATILE_LFU,
        @Doc("Of the keys that expire, any.")
        VOLATILE_RANDOM,
        @Doc("Of the keys that expire, those that would expire first.")
        VOLATILE_TTL;

        /** Redis's own word. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        boolean takesAnyKey() {
            return name().startsWith("ALLKEYS");
        }
    }

    /** What a role may do. */
    public enum Can {
        @Doc("Commands that read.")
        READ,
        @Doc("Commands that write, transactions included.")
        WRITE,
        @Doc("Publish and subscribe, on every channel.")
        PUBLISH,
        @Doc("Lua scripts and functions; what they do is still held to the role's own commands and keys.")
        SCRIPT
    }

    /** One who may connect. */
    @Doc("One who may connect.")
    public record Role(
            @Doc(
                    "What the role may do; commands that endanger the server (FLUSHALL, KEYS, CONFIG …) are never among it.")
            @Default("[read]")
            List<Can> can,

            @Doc("The keys it may touch, as patterns of Redis (`session:*`).")
            @Default("[\"*\"]")
            @Matches(value = "[^\\s()]+", rule = "a pattern without spaces and parentheses")
            @Example("[\"session:*\"]")
            List<String> keys,

            @Doc("Commands it may use besides, by name, subcommand or category; a leading `-` takes one away.")
            @Matches(
                    value = "-?@?[a-z][a-z0-9._-]*(\\|[a-z][a-z0-9_-]*)?",
                    rule = "a command (`keys`), a subcommand (`config|get`) or a category (`@geo`), in small letters")
            @Example("[keys, \"-@scripting\"]")
            List<String> commands) {
        public Role {
            can = List.copyOf(can);
            keys = List.copyOf(keys);
            commands = List.copyOf(commands);
        }
    }
}
