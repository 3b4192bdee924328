package dev.holdfast.engines.postgres;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import java.util.List;

/** What of one database is written down when it changes. */
@Doc("Writes down who changed what in the named tables, and when.")
public record AuditSpec(
        @Doc("The tables whose changes are kept.") @Example("[orders, payments]")
        List<String> tables) {
    public AuditSpec {
        tables = List.copyOf(tables);
    }
}
