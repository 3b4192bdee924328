package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engines.postgres.masking.Relation.Tie;
import dev.holdfast.engines.postgres.masking.Relation.Unique;
import dev.holdfast.engines.postgres.tenancy.Table;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a database holds, as far as masking asks. */
record Catalogue(SortedMap<Table, Relation> relations, List<Unique> uniques, List<Tie> ties) {
    Catalogue {
        relations = Collections.unmodifiableSortedMap(new TreeMap<>(relations));
        uniques = List.copyOf(uniques);
        ties = List.copyOf(ties);
    }
}
