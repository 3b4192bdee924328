package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.engines.postgres.TenancySpec;
import dev.holdfast.engines.postgres.TenancySpec.KeyType;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Registry;
import dev.holdfast.plan.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The tenancy of all databases of a service, compared with what is there. */
public final class Tenancies {
    private Tenancies() {}

    /** Only of databases that are there. */
    public static List<Change> changes(Declared declared, Context context, List<String> there) {
        List<Change> changes = new ArrayList<>();
        declared.databases().forEach((name, database) -> {
            if (there.contains(name)) {
                changes.addAll(changes(declared, name, database, context));
            } else {
                changes.addAll(fromNothing(declared, name, database));
            }
        });
        return changes;
    }

    /** Of one database that is there. */
    public static List<Change> changesIn(Declared declared, String name, Context context) {
        return Optional.ofNullable(declared.databases().get(name))
                .map(database -> changes(declared, name, database, context))
                .orElse(List.of());
    }

    private static List<Change> changes(Declared declared, String name, Database database, Context context) {
        String service = declared.service().name();
        try (TenancySession session = TenancySession.open(declared.service(), context, name)) {
            if (database.tenancy().isEmpty()) {
                TenancySpec none = none();
                TenancyDiff diff = new TenancyDiff(
                        service, name, of(none, Optional.empty(), Declared.HOLDFAST), ActualTenancy.fresh(), false);
                return diff.released(session.held());
            }
            ActualTenancy actual = session.look(database.tenancy().get());
            return new TenancyDiff(
                            service,
                            name,
                            of(database.tenancy().get(), actual.registry(), declared.owner(name)),
                            actual,
                            database.migrations().isPresent())
                    .changes();
        }
    }

    public static List<Change> fromNothing(Declared declared) {
        List<Change> changes = new ArrayList<>();
        declared.databases().forEach((name, database) -> changes.addAll(fromNothing(declared, name, database)));
        return changes;
    }

    private static List<Change> fromNothing(Declared declared, String name, Database database) {
        return database.tenancy()
                .map(spec -> new TenancyDiff(
                                declared.service().name(),
                                name,
                                of(spec, Optional.empty(), declared.owner(name)),
                                ActualTenancy.fresh(),
                                database.migrations().isPresent())
                        .changes())
                .orElse(List.of());
    }

    /** What is waited for, and what was seen that is left to people. */
    public static List<String> notes(Declared declared, Context context) {
        List<String> notes = new ArrayList<>();
        declared.databases()
                .forEach((name, database) -> database.tenancy().ifPresent(spec -> {
                    try (TenancySession session = TenancySession.open(declared.service(), context, name)) {
                        ActualTenancy actual = session.look(spec);
                        notes.addAll(new TenancyNotes(
                                        declared.service().name(),
                                        name,
                                        of(spec, actual.registry(), declared.owner(name)),
                                        actual,
                                        database.migrations().isPresent())
                                .notes());
                    }
                }));
        return notes;
    }

    /** What the database has decides; then what the file says; then uuid, which nobody can guess or count. */
    static Tenants of(TenancySpec spec, Optional<Registry> registry, String owner) {
        Optional<KeyType> found = registry.flatMap(list -> Arrays.stream(KeyType.values())
                .filter(type -> type.sql().equals(list.type()))
                .findFirst());
        return new Tenants(
                spec,
                found.or(spec::type).orElse(KeyType.UUID),
                registry.flatMap(Registry::key).orElse("id"),
                owner);
    }

    private static TenancySpec none() {
        return new TenancySpec(
                "none.none",
                "tenants",
                List.of(),
                "tenant_id",
                "name",
                Optional.empty(),
                "none",
                new java.util.TreeMap<>(),
                false,
                Optional.empty());
    }
}
