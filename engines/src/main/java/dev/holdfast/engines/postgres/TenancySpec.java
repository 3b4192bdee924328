package dev.holdfast.engines.postgres;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import java.util.List;

/** How the tenants of one database are kept apart. */
@Doc("Keeps the rows of tenants apart by row-level security.")
public record TenancySpec(
        @Doc("The setting of a session that says whose rows it may see.") @Example("app.tenant_id")
        String setting,

        @Doc("The table that lists the tenants.") @Example("tenants")
        String tenants,

        @Doc("The tables whose rows belong to tenants.") @Example("[users, orders]")
        List<String> tables) {
    public TenancySpec {
        tables = List.copyOf(tables);
    }
}
