package dev.holdfast.engines.postgres;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;
import dev.holdfast.language.Names;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What of one database is replaced in its copies. */
@Doc(
        "Replaces personal values in every copy and branch before anybody is let in, so that production data can be developed with. The service itself is never touched.")
public record MaskingSpec(
        @Doc("The rules of the columns, by table and column.")
        @Example("{users: {email: email, phone: phone, note: erase}}")
        @Names(
                value = "[A-Za-z_][A-Za-z0-9_$-]*(\\.[A-Za-z_][A-Za-z0-9_$-]*)?",
                rule = "a table, schema.table, or a column")
        SortedMap<String, SortedMap<String, MaskSpec>> tables,

        @Doc("Tables of which a copy has no rows at all.")
        @Example("[sessions]")
        @Matches(value = TenancySpec.TABLE, rule = "a table, or schema.table")
        List<String> empty,

        @Doc("Tables that hold nothing personal, where strict asks for a rule of every column.")
        @Example("[countries]")
        @Matches(value = TenancySpec.TABLE, rule = "a table, or schema.table")
        List<String> keep,

        @Doc("Whether a copy is refused while any column of the database has no rule; keep is a rule too.")
        @Default("false")
        boolean strict) {
    public MaskingSpec {
        SortedMap<String, SortedMap<String, MaskSpec>> copied = new TreeMap<>();
        tables.forEach(
                (table, columns) -> copied.put(table, Collections.unmodifiableSortedMap(new TreeMap<>(columns))));
        tables = Collections.unmodifiableSortedMap(copied);
        empty = List.copyOf(empty);
        keep = List.copyOf(keep);
    }
}
