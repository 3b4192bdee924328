package dev.holdfast.engines.postgres.insight;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What an index is good for, so that two can be compared. */
record IndexShape(Facts facts) {
    String name() {
        return Said.table(facts);
    }

    String table() {
        return Said.named(facts.text("schema"), facts.text("table_name"));
    }

    private List<String> keys() {
        return facts.texts("keys");
    }

    private Optional<String> predicate() {
        return facts.find("predicate");
    }

    boolean isConstraint() {
        return facts.is("is_constraint") || facts.is("is_primary");
    }

    /** Whether it keeps a rule, beyond being quick. */
    boolean isRule() {
        return facts.is("is_unique") || isConstraint() || facts.is("is_identity");
    }

    boolean isValid() {
        return facts.is("is_valid");
    }

    boolean isPartitioned() {
        return facts.is("partitioned");
    }

    long bytes() {
        return facts.count("bytes");
    }

    private boolean isLike(IndexShape other) {
        return facts.count("table_oid") == other.facts.count("table_oid")
                && facts.text("method").equals(other.facts.text("method"))
                && predicate().equals(other.predicate())
                && isValid()
                && other.isValid();
    }

    /** Whether the two are the same thing twice, apart from the rules they keep. */
    boolean equalsIn(IndexShape other) {
        boolean areTwoRules = facts.is("is_unique") && other.facts.is("is_unique");
        return isLike(other)
                && keys().equals(other.keys())
                && (!areTwoRules || facts.is("nulls_alike") == other.facts.is("nulls_alike"))
                && Set.copyOf(facts.texts("included")).equals(Set.copyOf(other.facts.texts("included")));
    }

    /**
     * Whether everything this one is good for, that one is good for too: its columns begin with these. Only a tree has an
     * order in which that is so.
     */
    boolean isBeginningOf(IndexShape longer) {
        if (!isLike(longer)
                || !facts.text("method").equals("btree")
                || keys().size() >= longer.keys().size()
                || isRule()) {
            return false;
        }
        Set<String> within = new HashSet<>(longer.facts.texts("columns"));
        within.addAll(longer.facts.texts("included"));
        return longer.keys().subList(0, keys().size()).equals(keys()) && within.containsAll(facts.texts("included"));
    }

    /**
     * Whether rows that refer to something are found by it: the columns of the reference come first, in any order. A row
     * whose reference is empty refers to nothing, so an index that leaves those out will do.
     */
    boolean serves(long table, List<String> columns) {
        List<String> first = facts.texts("columns");
        boolean isWhole = predicate().isEmpty()
                || columns.stream().anyMatch(column -> predicate().get().equals(Said.quoted(column) + " IS NOT NULL"));
        return table == facts.count("table_oid")
                && isValid()
                && isWhole
                && Set.of("btree", "hash").contains(facts.text("method"))
                && first.size() >= columns.size()
                && Set.copyOf(first.subList(0, columns.size())).equals(Set.copyOf(columns));
    }
}
