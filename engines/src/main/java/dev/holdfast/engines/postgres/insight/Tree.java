package dev.holdfast.engines.postgres.insight;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who waits for whom. A session can wait for several; it stands behind the first that is itself held up by nobody. */
record Tree(List<Place> places, Map<String, List<String>> blockers) {
    Tree {
        places = List.copyOf(places);
        blockers = Map.copyOf(blockers);
    }

    /** @param root the session that waits for nobody; in a circle, one of it */
    record Place(String pid, String root, int depth, boolean isCircle) {}

    /** The roots in the order of their numbers, each with those behind it before the next. */
    static Tree of(Map<String, Facts> sessions) {
        Map<String, List<String>> blockers = new LinkedHashMap<>();
        sessions.forEach((pid, facts) -> blockers.put(pid, facts.texts("blockers")));
        Map<String, List<Place>> byRoot = new LinkedHashMap<>();
        for (String pid : sessions.keySet()) {
            Place place = place(pid, blockers);
            byRoot.computeIfAbsent(place.root(), key -> new ArrayList<>()).add(place);
        }
        List<Place> places = new ArrayList<>();
        byRoot.values().forEach(group -> {
            group.sort(java.util.Comparator.comparingInt(Place::depth));
            places.addAll(group);
        });
        return new Tree(places, blockers);
    }

    private static Place place(String pid, Map<String, List<String>> blockers) {
        Set<String> seen = new HashSet<>(List.of(pid));
        String at = pid;
        int depth = 0;
        while (true) {
            List<String> next = blockers.getOrDefault(at, List.of());
            if (next.isEmpty()) {
                return new Place(pid, at, depth, false);
            }
            at = next.getFirst();
            depth++;
            if (!seen.add(at)) {
                return new Place(pid, at, depth, true);
            }
        }
    }

    /** How many wait behind that session, over however many others. */
    long behind(String pid) {
        return places.stream()
                .filter(place -> !place.pid().equals(pid) && waitsFor(place.pid(), pid, new HashSet<>()))
                .count();
    }

    private boolean waitsFor(String waiter, String pid, Set<String> seen) {
        return seen.add(waiter)
                && blockers.getOrDefault(waiter, List.of()).stream()
                        .anyMatch(blocker -> blocker.equals(pid) || waitsFor(blocker, pid, seen));
    }
}
