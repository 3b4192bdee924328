package dev.holdfast.engines.postgres.tenancy;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** What a database has of tenancy. */
record ActualTenancy(
        String mark,
        boolean guarded,
        boolean migrated,
        Optional<Registry> registry,
        SortedMap<Table, Held> tables,
        List<Tie> keys,
        List<Door> doors,
        List<Table> held,
        long tenants) {

    static ActualTenancy fresh() {
        return new ActualTenancy(
                "", false, false, Optional.empty(), new java.util.TreeMap<>(), List.of(), List.of(), List.of(), 0);
    }

    /** @param key its primary key, empty where that is of no or several columns */
    record Registry(Optional<String> key, String type, boolean named) {}

    /**
     * @param type of the column that holds the tenant, empty where there is none
     * @param counted whether others than its owner have a right on the sequence of an identity column of it
     */
    record Held(
            String kind,
            boolean enabled,
            boolean forced,
            String strategy,
            boolean byKey,
            long partitions,
            long openPartitions,
            List<String> leaves,
            String own,
            String type,
            boolean filled,
            List<String> policies,
            boolean indexed,
            boolean truncatable,
            boolean counted) {}

    /** A foreign key between two tables of tenants that does not say that both rows are of one tenant. */
    record Tie(
            String name,
            Table table,
            boolean partitioned,
            Table referenced,
            boolean referencedPartitioned,
            String here,
            String there,
            String onDelete,
            String onUpdate,
            boolean deferrable,
            boolean deferred,
            boolean keyed) {}

    /** A way round the policies: a view of its owner's rights, a copy of rows, a function or a role above the law. */
    record Door(String kind, String name, String owner) {}
}
