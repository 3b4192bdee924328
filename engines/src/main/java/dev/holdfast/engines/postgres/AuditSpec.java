package dev.holdfast.engines.postgres;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;
import dev.holdfast.language.Names;
import dev.holdfast.language.Range;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What of one database is written down when it changes. */
@Doc(
        "Writes down who changed what in the named tables, and when, in a chain that shows when something of it is missing or altered. With the extension pgaudit also the statements that touch those tables, in the server's log.")
public record AuditSpec(
        @Doc("The tables whose changes are kept, with the row before and after. Migrations make them.")
        @Example("[orders, payments]")
        @Matches(value = TenancySpec.TABLE, rule = "a table, or schema.table")
        List<String> tables,

        @Doc("Columns that are never written down, such as secrets and what is large, by table.")
        @Example("{users: [password_hash]}")
        @Names(value = TenancySpec.TABLE, rule = "a table, or schema.table")
        SortedMap<String, List<String>> without,

        @Doc(
                "How long an entry is kept; for good where nothing is said. What is let go is noted in the chain, which stays verifiable.")
        @Range(least = "1d", most = "36500d")
        @Example("400d")
        Optional<Duration> keep) {
    public AuditSpec {
        tables = List.copyOf(tables);
        without = Collections.unmodifiableSortedMap(new TreeMap<>(without));
    }
}
