package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who runs in a service. A name says where a member belongs and never who is primary, which changes: {@code cache-0} of
 * one server or of those behind Sentinels, {@code cache-sentinel-0}, {@code cache-1-0} of the second shard of a cluster.
 */
final class RedisMembers {
    /** The door for clients, of a sentinel as well. */
    static final String PORT = "redis";

    /** Where members of a cluster talk to one another. */
    static final String BUS = "bus";

    private static final int STANDARD = 6379;
    private static final int STANDARD_SENTINEL = 26379;
    private static final int STANDARD_BUS = 16379;

    private RedisMembers() {}

    static List<Member> all(Service<RedisSpec> service) {
        List<Member> members = new ArrayList<>();
        for (String sentinel : sentinels(service)) {
            members.add(new Member(sentinel, service.name(), "sentinel", List.of(new Port(PORT, STANDARD_SENTINEL))));
        }
        for (String server : servers(service)) {
            members.add(
                    switch (service.settings().topology()) {
                        case SINGLE -> new Member(server, service.name(), "primary", List.of(new Port(PORT, STANDARD)));
                        case SENTINEL ->
                            new Member(server, service.name(), "server", List.of(new Port(PORT, STANDARD)));
                        case CLUSTER ->
                            new Member(
                                    server,
                                    service.name(),
                                    "shard",
                                    List.of(new Port(PORT, STANDARD), new Port(BUS, STANDARD_BUS)));
                    });
        }
        return List.copyOf(members);
    }

    /** Those that keep data. */
    static List<String> servers(Service<RedisSpec> service) {
        RedisSpec spec = service.settings();
        return switch (spec.topology()) {
            case SINGLE, SENTINEL -> numbered(service.name(), 1 + spec.replicasInForce());
            case CLUSTER -> shards(service).stream().flatMap(List::stream).toList();
        };
    }

    static List<String> sentinels(Service<RedisSpec> service) {
        return numbered(service.name() + "-sentinel", service.settings().sentinelsInForce());
    }

    /** How many sentinels have to agree that the primary is gone, and to be there for another to be chosen. */
    static int quorum(Service<RedisSpec> service) {
        return service.settings().sentinelsInForce() / 2 + 1;
    }

    /** The servers of each shard; the one that is primary when a cluster begins comes first. */
    static List<List<String>> shards(Service<RedisSpec> service) {
        RedisSpec spec = service.settings();
        return IntStream.range(0, spec.shardsInForce())
                .mapToObj(shard -> numbered(service.name() + "-" + shard, 1 + spec.replicasInForce()))
                .toList();
    }

    static boolean isSentinel(Service<RedisSpec> service, String member) {
        return sentinels(service).contains(member);
    }

    private static List<String> numbered(String name, int count) {
        return IntStream.range(0, count).mapToObj(number -> name + "-" + number).toList();
    }
}
