package dev.holdfast.engines.postgres.audit;

import dev.holdfast.engines.postgres.tenancy.Table;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a database has of an audit. */
record ActualAudit(
        String mark,
        boolean there,
        String settings,
        boolean auditor,
        SortedMap<Table, Watched> tables,
        List<Table> watched) {
    static ActualAudit fresh() {
        return new ActualAudit("", false, "", false, new TreeMap<>(), List.of());
    }

    /** @param spoken whether pgaudit writes down the statements that touch it */
    record Watched(boolean isTable, boolean whole, boolean spoken) {}
}
