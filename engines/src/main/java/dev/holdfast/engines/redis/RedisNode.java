package dev.holdfast.engines.redis;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A member as one line of {@code CLUSTER NODES} tells of it.
 *
 * @param address where clients reach it
 * @param primary the id of the node it is a replica of
 * @param slots those it serves, until they have left
 * @param leaving slots on their way to the node of that id; only a node itself tells of them
 * @param arriving slots on their way from the node of that id
 * @see <a href="https://redis.io/docs/latest/commands/cluster-nodes/">Redis: CLUSTER NODES</a>
 */
record RedisNode(
        String id,
        String address,
        Set<String> flags,
        Optional<String> primary,
        BitSet slots,
        SortedMap<Integer, String> leaving,
        SortedMap<Integer, String> arriving) {
    RedisNode {
        flags = Set.copyOf(flags);
        slots = (BitSet) slots.clone();
        leaving = Collections.unmodifiableSortedMap(new TreeMap<>(leaving));
        arriving = Collections.unmodifiableSortedMap(new TreeMap<>(arriving));
    }

    /** {@code [93->-id]} on its way to another, {@code [93-<-id]} from it. */
    private static final Pattern MOVING = Pattern.compile("\\[(\\d+)-([<>])-([^\\]]+)]");

    static List<RedisNode> all(String answer) {
        List<RedisNode> nodes = new ArrayList<>();
        for (String line : answer.split("\n", -1)) {
            String[] words = line.split(" ", -1);
            if (words.length >= 8) {
                nodes.add(parsed(words));
            }
        }
        return List.copyOf(nodes);
    }

    private static RedisNode parsed(String[] words) {
        BitSet slots = new BitSet(RedisHealth.SLOTS);
        SortedMap<Integer, String> leaving = new TreeMap<>();
        SortedMap<Integer, String> arriving = new TreeMap<>();
        for (int at = 8; at < words.length; at++) {
            Matcher moving = MOVING.matcher(words[at]);
            if (moving.matches()) {
                (moving.group(2).equals(">") ? leaving : arriving)
                        .put(Integer.valueOf(moving.group(1)), moving.group(3));
            } else {
                String[] range = words[at].split("-", 2);
                int first = Integer.parseInt(range[0]);
                slots.set(first, (range.length > 1 ? Integer.parseInt(range[1]) : first) + 1);
            }
        }
        int bus = words[1].indexOf('@');
        return new RedisNode(
                words[0],
                bus < 0 ? words[1] : words[1].substring(0, bus),
                Set.of(words[2].split(",", -1)),
                words[3].equals("-") ? Optional.empty() : Optional.of(words[3]),
                slots,
                leaving,
                arriving);
    }

    RedisNode with(BitSet others) {
        return new RedisNode(id, address, flags, primary, others, leaving, arriving);
    }

    boolean isSelf() {
        return flags.contains("myself");
    }

    boolean isPrimary() {
        return flags.contains("master");
    }

    @Override
    public BitSet slots() {
        return (BitSet) slots.clone();
    }

    /** {@code 0-5460 5462}, as commands take and people read them. */
    static String ranges(BitSet slots) {
        List<String> ranges = new ArrayList<>();
        for (int first = slots.nextSetBit(0); first >= 0; ) {
            int end = slots.nextClearBit(first);
            ranges.add(end - 1 == first ? Integer.toString(first) : first + "-" + (end - 1));
            first = slots.nextSetBit(end);
        }
        return String.join(" ", ranges);
    }
}
