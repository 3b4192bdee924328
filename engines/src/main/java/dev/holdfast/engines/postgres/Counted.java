package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.ActualAccess.Coverage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Things counted by the list of grants they share, and what each list gives to whom. Filled by one question. */
final class Counted {
    private final List<Alike> things = new ArrayList<>();
    private final Map<String, Map<String, List<String>>> lists = new HashMap<>();

    private record Alike(String schema, String kind, String owner, String list, long count) {}

    void things(String schema, String kind, String owner, String list, long count) {
        things.add(new Alike(schema, kind, owner, list, count));
    }

    void granted(String list, String role, List<String> privileges) {
        lists.computeIfAbsent(list, any -> new HashMap<>()).put(role, privileges);
    }

    /** By schema. */
    Map<String, Coverage> coverage() {
        Map<String, Coverage> coverage = new HashMap<>();
        for (Alike alike : things) {
            Coverage of =
                    coverage.computeIfAbsent(alike.schema(), any -> new Coverage(new HashMap<>(), new HashMap<>()));
            of.totals()
                    .computeIfAbsent(alike.kind(), any -> new HashMap<>())
                    .merge(alike.owner(), alike.count(), Long::sum);
            Optional.ofNullable(lists.get(alike.list())).orElse(Map.of()).forEach((role, privileges) -> {
                Map<String, Long> counts =
                        of.granted().computeIfAbsent(new Coverage.Whose(alike.kind(), role), any -> new HashMap<>());
                privileges.forEach(privilege -> counts.merge(privilege, alike.count(), Long::sum));
            });
        }
        return coverage;
    }
}
