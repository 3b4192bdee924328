package dev.holdfast.engines.redis;

import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * From the members of a cluster as they are to the shards that the file has, a step at a time. Every step can be told from
 * what is there, so a forming that was interrupted is gone on with by comparing anew. Pure.
 */
final class RedisShards {
    private static final String PLACE = "/cluster/";

    /** A shard that is so much off its share is put right; below it is not worth moving anything. */
    private static final int UNEVEN_PERCENT = 2;

    private RedisShards() {}

    /** What a step does, found again from its statement. */
    enum Step {
        MEET,
        ADDSLOTS,
        REPLICATE,
        SETTLE,
        MOVE,
        FORGET;

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
        view.underWay(views).ifPresent(count -> changes.add(settle(service, count)));
        moves(view, primaries).forEach((primary, slots) -> changes.add(move(service, primary, slots)));
        for (RedisNode stranger : view.strangers()) {
            changes.add(forget(service, stranger));
        }
        return changes;
    }

    /**
     * How many slots each primary is to be given by the others, so that all have as many; nothing where they nearly do.
     * Those of members that the file does not have any more are given away whatever they are.
     */
    private static SortedMap<String, Integer> moves(View view, List<String> primaries) {
        SortedMap<String, Integer> moves = new TreeMap<>();
        BitSet strange = new BitSet(RedisHealth.SLOTS);
        view.strangers().forEach(node -> strange.or(node.slots()));
        int share = RedisHealth.SLOTS / primaries.size();
        boolean isUneven = !strange.isEmpty();
        for (String primary : primaries) {
            int has = view.slotsOf(primary).cardinality();
            isUneven |= Math.abs(has - share) > share * UNEVEN_PERCENT / 100;
        }
        if (!isUneven || view.assigned().cardinality() < RedisHealth.SLOTS) {
            return moves;
        }
        for (int number = 0; number < primaries.size(); number++) {
            int wanted = even(number, primaries.size()).cardinality();
            int lacks = wanted - view.slotsOf(primaries.get(number)).cardinality();
            if (lacks > 0) {
                moves.put(primaries.get(number), lacks);
            }
        }
        return moves;
    }

    /**
     * Which slots one primary is to be given, and by whom (id): first what no member of the file has, then from each
     * what it has too many of.
     */
    static SortedMap<Integer, String> given(
            Service<RedisSpec> service, SortedMap<String, List<RedisNode>> views, String receiver, int count) {
        List<List<String>> shards = RedisMembers.shards(service);
        View view = View.of(shards, views);
        SortedMap<Integer, String> given = new TreeMap<>();
        for (RedisNode stranger : view.strangers()) {
            take(stranger, stranger.slots().cardinality(), count, given);
        }
        for (int number = 0; number < shards.size(); number++) {
            String primary = view.primaryOf(shards.get(number));
            int most = even(number, shards.size()).cardinality();
            if (!primary.equals(receiver)) {
                view.node(primary).ifPresent(node -> take(node, node.slots().cardinality() - most, count, given));
            }
        }
        return given;
    }

    private static void take(RedisNode from, int most, int count, SortedMap<Integer, String> given) {
        BitSet slots = from.slots();
        int left = most;
        for (int slot = slots.nextSetBit(0);
                slot >= 0 && left > 0 && given.size() < count;
                slot = slots.nextSetBit(slot + 1)) {
            given.put(slot, from.id());
            left--;
        }
    }

    /** Of members that know nobody yet. */
    static List<Change> fromNothing(Service<RedisSpec> service) {
        SortedMap<String, List<RedisNode>> views = new TreeMap<>();
        for (String server : RedisMembers.servers(service)) {
            views.put(
                    server,
                    List.of(new RedisNode(
                            server,
                            server,
                            Set.of("myself", "master"),
                            Optional.empty(),
                            new BitSet(),
                            new TreeMap<>(),
                            new TreeMap<>())));
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

    private static Change settle(Service<RedisSpec> service, int count) {
        return new Change(
                service.name() + PLACE + "moving",
                "end the move of " + count + " slots that was interrupted",
                "CLUSTER SETTLE " + count,
                Change.Risk.NONE,
                Optional.empty(),
                "somebody began to move them and did not end it");
    }

    private static Change move(Service<RedisSpec> service, String primary, int count) {
        return new Change(
                service.name() + PLACE + primary,
                "move " + count + " slots with their keys to " + primary,
                "CLUSTER MOVE " + primary + " " + count,
                Change.Risk.RELOAD,
                Optional.of("write the number of shards that there were, which moves them back"),
                "the shards of the file are to have as many slots each; clients are directed while keys move");
    }

    private static Change forget(Service<RedisSpec> service, RedisNode stranger) {
        return new Change(
                service.name() + PLACE + stranger.address(),
                "forget " + stranger.address(),
                "CLUSTER FORGET " + stranger.id(),
                Change.Risk.NONE,
                Optional.empty(),
                "the file does not have this member, and it serves no slot when its turn comes");
    }

    /** The cluster as the member that knows most of it sees it. */
    private record View(String seed, List<RedisNode> nodes, Map<String, String> ids) {
        static View of(List<List<String>> shards, SortedMap<String, List<RedisNode>> views) {
            String seed = shards.getFirst().getFirst();
            Map<String, String> ids = new HashMap<>();
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

        BitSet slotsOf(String member) {
            return node(member).map(RedisNode::slots).orElseGet(BitSet::new);
        }

        /** Those that are no members by the file. */
        List<RedisNode> strangers() {
            return nodes.stream()
                    .filter(node ->
                            !ids.containsValue(node.id()) && !node.flags().contains("handshake"))
                    .sorted(Comparator.comparing(RedisNode::id))
                    .toList();
        }

        /** How many slots somebody has begun to move. */
        Optional<Integer> underWay(SortedMap<String, List<RedisNode>> views) {
            Set<Integer> slots = new TreeSet<>();
            views.values()
                    .forEach(view -> view.stream().filter(RedisNode::isSelf).forEach(self -> {
                        slots.addAll(self.leaving().keySet());
                        slots.addAll(self.arriving().keySet());
                    }));
            return slots.isEmpty() ? Optional.empty() : Optional.of(slots.size());
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
