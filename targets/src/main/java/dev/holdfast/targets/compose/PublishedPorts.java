package dev.holdfast.targets.compose;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The number of this machine under which each port is published: its standard one, or the next that is free. */
record PublishedPorts(Map<String, Integer> standard, Map<String, Integer> published) {
    private static final int LAST = 65535;

    PublishedPorts {
        standard = Map.copyOf(standard);
        published = Map.copyOf(published);
    }

    static PublishedPorts of(List<Member> members) {
        Set<Integer> taken = new HashSet<>();
        for (Member member : members) {
            for (Port port : member.ports()) {
                taken.add(port.standard());
            }
        }
        Set<Integer> first = new HashSet<>();
        Map<String, Integer> standard = new HashMap<>();
        Map<String, Integer> published = new HashMap<>();
        for (Member member : members) {
            for (Port port : member.ports()) {
                String key = key(member.name(), port.name());
                standard.put(key, port.standard());
                int number = port.standard();
                if (!first.add(number)) {
                    while (taken.contains(number)) {
                        number = number == LAST ? 1024 : number + 1;
                    }
                    taken.add(number);
                }
                published.put(key, number);
            }
        }
        return new PublishedPorts(standard, published);
    }

    int standard(String member, String port) {
        return known(standard, member, port);
    }

    int published(String member, String port) {
        return known(published, member, port);
    }

    private static int known(Map<String, Integer> numbers, String member, String port) {
        Integer number = numbers.get(key(member, port));
        if (number == null) {
            throw new HoldfastException(Problem.of(
                    Code.HF9001,
                    "no member '" + member + "' has a port '" + port + "'",
                    "Please report this: an engine asks for what it did not declare."));
        }
        return number;
    }

    private static String key(String member, String port) {
        return member + "/" + port;
    }
}
