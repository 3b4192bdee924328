package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engines.postgres.TenancySpec;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Door;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Held;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What tenancy waits for, and what it sees and must leave to people; each a sentence of a plan. Pure. */
final class TenancyNotes {
    private final String where;
    private final Tenants tenants;
    private final ActualTenancy actual;
    private final boolean migrates;
    private final List<String> notes = new ArrayList<>();

    TenancyNotes(String service, String database, Tenants tenants, ActualTenancy actual, boolean migrates) {
        this.where = service + "/" + database + ": ";
        this.tenants = tenants;
        this.actual = actual;
        this.migrates = migrates;
    }

    List<String> notes() {
        registry();
        List<String> missing = new ArrayList<>();
        for (String written : tenants.spec().tables()) {
            Held held = actual.tables().get(Table.of(written));
            if (held == null) {
                missing.add(written);
            } else {
                table(written, held);
            }
        }
        if (!missing.isEmpty()) {
            note(
                    "tenancy waits for " + String.join(", ", missing)
                            + ", which no migration has made yet; the statement that makes a table closes it, and the next apply does the rest");
        }
        if (!tenants.listed().isEmpty()
                && actual.tenants() > Tenants.MOST_PARTITIONS
                && !tenants.spec().queriesNameTenant()) {
            note(
                    TenancyRefusals.tooManyPartitions(actual.tenants())
                            + "; use hash(16), or say queriesNameTenant: true where every query has the tenant in its own condition");
        }
        actual.doors().forEach(this::door);
        actual.keys().stream()
                .filter(key -> "nd".contains(key.onUpdate()))
                .forEach(
                        key -> note(
                                "foreign key " + key.name() + " of " + key.table()
                                        + " may tie rows of two tenants together, and ON UPDATE SET NULL or SET DEFAULT leaves no way to hinder it; change that action in a migration"));
        return List.copyOf(notes);
    }

    private void registry() {
        TenancySpec spec = tenants.spec();
        Optional<Registry> registry = actual.registry();
        if (registry.isEmpty()) {
            if (migrates && !actual.migrated()) {
                note("tenancy waits for the migrations: they make " + spec.tenants()
                        + ", or leave it to the next apply");
            }
            return;
        }
        if (registry.get().key().isEmpty()) {
            note("table " + spec.tenants() + " has no primary key of one column, so that it cannot list tenants");
        } else if (!registry.get().named()) {
            note("table " + spec.tenants() + " has no column '" + spec.name()
                    + "' for the names of tenants; write tenancy.name: with the column that has them");
        }
        if (registry.get().key().isPresent()
                && !registry.get().type().equals(tenants.type().sql())) {
            note("the key of " + spec.tenants() + " is of type "
                    + registry.get().type()
                    + ", and a tenant's key can be uuid, integer, bigint or text, as tenancy.type: says");
        }
    }

    private void table(String written, Held held) {
        String key = tenants.spec().key();
        if (!held.kind().equals("r") && !held.kind().equals("p")) {
            note(written + " is no table, and only tables have row-level security");
            return;
        }
        if (held.type().isEmpty()) {
            note("table " + written + " has no column " + key
                    + ", so that nobody sees its rows; a migration has to add it");
            return;
        }
        if (!held.type().equals(tenants.type().sql())) {
            note("column " + key + " of " + written + " is of type " + held.type() + " and the tenants' key of type "
                    + tenants.type().sql() + ", so that nobody sees its rows; a migration has to change it");
        }
        if (!held.filled()) {
            note(
                    "column " + key + " of " + written
                            + " may be null, and a row without a tenant is seen by nobody; a migration should make it NOT NULL");
        }
        String wanted = tenants.spec().partitionOf(written);
        String strategy = switch (held.strategy()) {
            case "h" -> "hash";
            case "l" -> "list";
            case "r" -> "range";
            default -> "none";
        };
        if (!strategy.equals("range") && !wanted.startsWith(strategy)) {
            note("table " + written + " is " + (strategy.equals("none") ? "not divided" : "divided by " + strategy)
                    + " and the stack says " + wanted
                    + "; dividing a table means copying it, which a migration has to do (PARTITION BY of " + key
                    + " in a new table, INSERT, rename)");
        } else if (!strategy.equals("none") && !strategy.equals("range") && !held.byKey()) {
            note("table " + written + " is divided by something else than " + key
                    + ", so that a query of one tenant asks all of its partitions");
        } else if (strategy.equals("hash")
                && held.partitions() > 0
                && !wanted.equals("hash(" + held.partitions() + ")")) {
            note("table " + written + " has " + held.partitions() + " partitions and the stack says " + wanted
                    + "; a migration has to copy it into a table of that many");
        }
    }

    private void door(Door door) {
        switch (door.kind()) {
            case "copy" ->
                note(
                        "materialized view " + door.name()
                                + " holds rows of all tenants, and no policy can be put on it; drop it, or revoke SELECT from the roles of applications");
            case "function" ->
                note("function " + door.name() + " runs with the rights of " + door.owner()
                        + ", whom no policy binds; give it to another owner, or make it SECURITY INVOKER");
            case "role" ->
                note(
                        "role " + door.name()
                                + " is bound by no policy (SUPERUSER or BYPASSRLS); take that from it if an application uses it");
            case "reference" ->
                note(
                        "foreign key " + door.name()
                                + " ties rows that belong to no tenant to rows of tenants; declare its table under tenancy.tables, or remove it");
            default -> {}
        }
    }

    private void note(String sentence) {
        notes.add(where + sentence + ".");
    }
}
