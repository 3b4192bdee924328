package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * The ports of a stack's members, by member and port name. Once given, a port stays; the standard one is given where
 * nobody has it, else one of the home's range.
 */
record Ports(SortedMap<String, SortedMap<String, Integer>> byMember) {
    Ports {
        SortedMap<String, SortedMap<String, Integer>> copy = new TreeMap<>();
        byMember.forEach((member, ports) -> copy.put(member, Collections.unmodifiableSortedMap(new TreeMap<>(ports))));
        byMember = Collections.unmodifiableSortedMap(copy);
    }

    static Ports none() {
        return new Ports(new TreeMap<>());
    }

    SortedMap<String, Integer> of(String member) {
        return byMember.getOrDefault(member, Collections.emptySortedMap());
    }

    Optional<Integer> find(String member, String port) {
        return Optional.ofNullable(of(member).get(port));
    }

    Set<Integer> numbers() {
        Set<Integer> numbers = new TreeSet<>();
        byMember.values().forEach(ports -> numbers.addAll(ports.values()));
        return numbers;
    }

    /** Without the ports of that member. */
    Ports without(String member) {
        SortedMap<String, SortedMap<String, Integer>> rest = new TreeMap<>(byMember);
        rest.remove(member);
        return new Ports(rest);
    }

    /**
     * These ports and those that the members lack. {@code kept} are the numbers that other stacks keep, whether they run
     * or not; {@code isFree} asks the machine.
     */
    Ports completed(String stack, List<Member> members, PortRange range, Set<Integer> kept, IntPredicate isFree) {
        SortedMap<String, SortedMap<String, Integer>> all = new TreeMap<>();
        byMember.forEach((member, ports) -> all.put(member, new TreeMap<>(ports)));
        Set<Integer> taken = new TreeSet<>(kept);
        taken.addAll(numbers());
        for (Member member : members) {
            SortedMap<String, Integer> ports = all.computeIfAbsent(member.name(), name -> new TreeMap<>());
            for (Port port : member.ports()) {
                if (!ports.containsKey(port.name())) {
                    int number = choose(stack + "/" + member.name() + "/" + port.name(), port, range, taken, isFree);
                    taken.add(number);
                    ports.put(port.name(), number);
                }
            }
        }
        return new Ports(all);
    }

    private static int choose(String place, Port port, PortRange range, Set<Integer> taken, IntPredicate isFree) {
        int standard = port.standard();
        if (range.standard()
                && standard > 0
                && standard <= range.last()
                && !taken.contains(standard)
                && isFree.test(standard)) {
            return standard;
        }
        int size = range.size();
        // where the search begins depends on the name alone, so that a stack made again gets its ports again
        int start = Math.floorMod(place.hashCode(), size);
        for (int step = 0; step < size; step++) {
            int candidate = range.first() + (start + step) % size;
            if (!taken.contains(candidate) && isFree.test(candidate)) {
                return candidate;
            }
        }
        throw new HoldfastException(
                Problem.of(
                        Code.HF3107,
                        "no port between " + range.first() + " and " + range.last() + " is free for " + place,
                        "Purge stacks that are no longer used (holdfast stacks lists them) or end other servers in that range."));
    }

    Json json() {
        Json.Builder members = Json.object();
        byMember.forEach((member, ports) -> {
            Json.Builder numbers = Json.object();
            ports.forEach((name, number) -> numbers.put(name, number));
            members.put(member, numbers.build());
        });
        return members.build();
    }

    static Ports of(Json json) {
        SortedMap<String, SortedMap<String, Integer>> byMember = new TreeMap<>();
        members(json).forEach((member, ports) -> {
            SortedMap<String, Integer> numbers = new TreeMap<>();
            members(ports).keySet().forEach(name -> {
                long number = StateFile.requireLong(ports, name);
                if (number < 1 || number > 65_535) {
                    throw new IllegalArgumentException(number + " is not a port");
                }
                numbers.put(name, (int) number);
            });
            byMember.put(member, numbers);
        });
        return new Ports(byMember);
    }

    private static Map<String, Json> members(Json json) {
        if (json instanceof Json.Members(Map<String, Json> values)) {
            return values;
        }
        throw new IllegalArgumentException("an object is missing");
    }
}
