package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.ActualAccess.Coverage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;

/**
 * Things counted by the owner and the list of grants they share. Schemas that hold as many of the same are counted up once:
 * where default privileges are at work they nearly all do.
 */
final class Counted {
    private final List<Alike> lists = new ArrayList<>();
    private final Map<String, Set<Part>> schemas = new HashMap<>();

    private record Alike(String owner, Map<String, SortedSet<String>> granted) {}

    /** So many things of a kind with one of the lists. */
    private record Part(int list, String kind, long things) {}

    /** A list, and how many things of which kind have it in which schema, in step. */
    void list(
            String owner,
            Map<String, SortedSet<String>> granted,
            List<String> inSchemas,
            List<String> kinds,
            List<Long> things) {
        for (int i = 0; i < inSchemas.size(); i++) {
            schemas.computeIfAbsent(inSchemas.get(i), any -> new HashSet<>())
                    .add(new Part(lists.size(), kinds.get(i), things.get(i)));
        }
        lists.add(new Alike(owner, granted));
    }

    /** By schema. */
    Map<String, Coverage> coverage() {
        Map<Set<Part>, Coverage> known = new HashMap<>();
        Map<String, Coverage> coverage = new HashMap<>();
        schemas.forEach((schema, parts) -> coverage.put(schema, known.computeIfAbsent(parts, this::counted)));
        return coverage;
    }

    private Coverage counted(Set<Part> parts) {
        Map<String, Map<String, Map<String, Long>>> granted = new HashMap<>();
        Map<String, Map<String, Long>> owned = new HashMap<>();
        Map<String, Long> totals = new HashMap<>();
        for (Part part : parts) {
            Alike alike = lists.get(part.list());
            totals.merge(part.kind(), part.things(), Long::sum);
            owned.computeIfAbsent(part.kind(), any -> new HashMap<>()).merge(alike.owner(), part.things(), Long::sum);
            Map<String, Map<String, Long>> ofKind = granted.computeIfAbsent(part.kind(), any -> new HashMap<>());
            alike.granted().forEach((role, privileges) -> {
                Map<String, Long> counts = ofKind.computeIfAbsent(role, any -> new HashMap<>());
                privileges.forEach(privilege -> counts.merge(privilege, part.things(), Long::sum));
            });
        }
        return new Coverage(granted, owned, totals);
    }
}
