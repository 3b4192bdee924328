package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engines.postgres.masking.Relation.Field;
import dev.holdfast.engines.postgres.masking.Relation.Tie;
import dev.holdfast.engines.postgres.masking.Relation.Unique;
import dev.holdfast.engines.postgres.tenancy.Table;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a database holds, as far as masking asks. */
record Catalogue(SortedMap<Table, Relation> relations, List<Unique> uniques, List<Tie> ties) {
    Catalogue {
        relations = Collections.unmodifiableSortedMap(new TreeMap<>(relations));
        uniques = List.copyOf(uniques);
        ties = List.copyOf(ties);
    }

    /** Whether rules of a parent hold for the column. */
    boolean isReached(Relation relation, Field field) {
        return field.inherited()
                && above(relation).stream()
                        .skip(1)
                        .anyMatch(above -> above.columns().containsKey(field.name()));
    }

    /** It and all that it is a part of or inherits from, near or far. */
    List<Relation> above(Relation relation) {
        Map<Long, Relation> byId = new HashMap<>();
        relations.values().forEach(one -> byId.put(one.id(), one));
        SequencedMap<Long, Relation> above = new LinkedHashMap<>();
        Deque<Relation> open = new ArrayDeque<>(List.of(relation));
        while (!open.isEmpty()) {
            Relation next = open.remove();
            if (above.putIfAbsent(next.id(), next) == null) {
                next.parents().stream()
                        .flatMap(id -> Optional.ofNullable(byId.get(id)).stream())
                        .forEach(open::add);
            }
        }
        return List.copyOf(above.values());
    }
}
