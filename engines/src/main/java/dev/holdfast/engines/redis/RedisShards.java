package dev.holdfast.engines.redis;

import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * From the members of a cluster as they are to the shards that the file has, a step at a time. Every step can be told from
 * what is there, so a forming that was interrupted is gone on with by comparing anew. Pure.
 */
final class RedisShards {
    private static final String PLACE = "/cluster/";

    private RedisShards() {}

    /** What a step does, found again from its statement. */
    enum Step {
        MEET,
        ADDSLOTS,
        REPLICATE;

        static Step of(Change change) {
            return valueOf(change.statement().split(" ", -1)[1]);
        }
    }

    /**
     * @param views what each declared server says of the cluster, by its name
     */
    static List<Change> diff(Service<RedisSpec> service, SortedMap<String, List<RedisNode>> views) {
        List<List<String>> shards = RedisMembers.shards(service);
        View view = View.of(shards, views);
        List<Change> changes = new ArrayList<>();
        for (List<String> shard : shards) {
            for (String member : shard) {
                if (!member.equals(view.seed()) && !view.isJoined(member)) {
                    changes.add(meet(service, member));
                }
            }
        }
        BitSet assigned = view.assigned();
        List<String> primaries = new ArrayList<>();
        for (int number = 0; number < shards.size(); number++) {
            String primary = view.primaryOf(shards.get(number));
            primaries.add(primary);
            BitSet missing = even(number, shards.size());
            missing.andNot(assigned);
            if (!missing.isEmpty()) {
                changes.add(give(service, number, primary, missing));
            }
        }
        for (int number = 0; number < shards.size(); number++) {
            for (String member : shards.get(number)) {
                if (!member.equals(primaries.get(number)) && !view.follows(member, primaries.get(number))) {
                    changes.add(replicate(service, member, primaries.get(number)));
                }
            }
        }
        return changes;
    }

    /** Of members that know nobody yet. */
    static List<Change> fromNothing(Service<RedisSpec> service) {
        SortedMap<String, List<RedisNode>> views = new java.util.TreeMap<>();
        for (String server : RedisMembers.servers(service)) {
            views.put(
                    server,
                    List.of(new RedisNode(
                            server, server, java.util.Set.of("myself", "master"), Optional.empty(), new BitSet())));
        }
        return diff(service, views);
    }

    /** The slots of a shard where all have as many, within one. */
    static BitSet even(int number, int count) {
        BitSet slots = new BitSet(RedisHealth.SLOTS);
        slots.set(RedisHealth.SLOTS * number / count, RedisHealth.SLOTS * (number + 1) / count);
        return slots;
    }

    private static Change meet(Service<RedisSpec> service, String member) {
        return new Change(
                service.name() + PLACE + member,
                "join " + member + " to the cluster",
                "CLUSTER MEET " + member,
                Change.Risk.NONE,
                Optional.of("CLUSTER FORGET " + member),
                "the file declares it and the others do not know it");
    }

    private static Change give(Service<RedisSpec> service, int shard, String primary, BitSet slots) {
        return new Change(
                service.name() + PLACE + "shard-" + shard,
                "give shard " + shard + " the slots " + RedisNode.ranges(slots),
                "CLUSTER ADDSLOTS " + primary + " " + RedisNode.ranges(slots),
                Change.Risk.NONE,
                Optional.of("CLUSTER DELSLOTSRANGE " + RedisNode.ranges(slots)),
                "nobody serves these slots");
    }

    private static Change replicate(Service<RedisSpec> service, String member, String primary) {
        return new Change(
                service.name() + PLACE + member,
                "make " + member + " a replica of " + primary,
                "CLUSTER REPLICATE " + member + " " + primary,
                Change.Risk.NONE,
                Optional.of("CLUSTER RESET " + member),
                "the file gives its shard this replica and it follows nobody there");
    }

    /** The cluster as the member that knows most of it sees it. */
    private record View(String seed, List<RedisNode> nodes, Map<String, String> ids) {
        static View of(List<List<String>> shards, SortedMap<String, List<RedisNode>> views) {
            String seed = shards.getFirst().getFirst();
            Map<String, String> ids = new java.util.HashMap<>();
            for (Map.Entry<String, List<RedisNode>> view : views.entrySet()) {
                view.getValue().stream().filter(RedisNode::isSelf).forEach(self -> ids.put(view.getKey(), self.id()));
            }
            // one that serves slots knows the cluster; where several do, the one that knows most
            for (String member : shards.stream().flatMap(List::stream).toList()) {
                if (weight(views.getOrDefault(member, List.of())) > weight(views.getOrDefault(seed, List.of()))) {
                    seed = member;
                }
            }
            return new View(seed, views.getOrDefault(seed, List.of()), ids);
        }

        private static long weight(List<RedisNode> nodes) {
            long slots =
                    nodes.stream().mapToLong(node -> node.slots().cardinality()).sum();
            return slots * 1000 + nodes.size();
        }

        Optional<RedisNode> node(String member) {
            String id = ids.getOrDefault(member, "");
            return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
        }

        boolean isJoined(String member) {
            return node(member).isPresent();
        }

        BitSet assigned() {
            BitSet assigned = new BitSet(RedisHealth.SLOTS);
            nodes.forEach(node -> assigned.or(node.slots()));
            return assigned;
        }

        /** The one with slots; among several, or without any, the first that is no replica. */
        String primaryOf(List<String> shard) {
            return shard.stream()
                    .filter(member ->
                            node(member).filter(node -> !node.slots().isEmpty()).isPresent())
                    .findFirst()
                    .or(() -> shard.stream()
                            .filter(member ->
                                    node(member).map(RedisNode::isPrimary).orElse(false))
                            .findFirst())
                    .orElseGet(shard::getFirst);
        }

        boolean follows(String member, String primary) {
            return node(member).flatMap(RedisNode::primary).equals(Optional.ofNullable(ids.get(primary)));
        }
    }
}
