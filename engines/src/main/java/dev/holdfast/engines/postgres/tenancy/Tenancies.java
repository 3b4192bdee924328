package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.engines.postgres.TenancySpec;
import dev.holdfast.engines.postgres.TenancySpec.KeyType;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Registry;
import dev.holdfast.plan.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The tenancy of all databases of a service, compared with what is there. */
public final class Tenancies {
    private final Declared declared;
    private final Context context;
    private final Collection<String> there;
    private final Optional<String> bound;

    /**
     * @param there databases that are there and can be looked into
     * @param bound the role of Holdfast, where policies bind it
     */
    public Tenancies(Declared declared, Context context, Collection<String> there, Optional<String> bound) {
        this.declared = declared;
        this.context = context;
        this.there = there;
        this.bound = bound;
    }

    /** Of databases that are not there, what they will need. */
    public List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        declared.databases().forEach((name, database) -> {
            if (there.contains(name)) {
                changes.addAll(changes(name, database));
            } else {
                changes.addAll(fromNothing(declared, name, database, bound));
            }
        });
        return changes;
    }

    /** Of one database that is there. */
    public List<Change> changesIn(String name) {
        return Optional.ofNullable(declared.databases().get(name))
                .map(database -> changes(name, database))
                .orElse(List.of());
    }

    private List<Change> changes(String name, Database database) {
        String service = declared.service().name();
        try (TenancySession session = TenancySession.open(declared.service(), context, name)) {
            if (database.tenancy().isEmpty()) {
                TenancySpec none = none();
                TenancyDiff diff = new TenancyDiff(
                        service,
                        name,
                        of(none, Optional.empty(), Declared.HOLDFAST, bound),
                        ActualTenancy.fresh(),
                        false);
                return diff.released(session.held());
            }
            ActualTenancy actual = session.look(database.tenancy().get());
            return new TenancyDiff(
                            service,
                            name,
                            of(database.tenancy().get(), actual.registry(), owner(declared, name, bound), bound),
                            actual,
                            database.migrations().isPresent())
                    .changes();
        }
    }

    public static List<Change> fromNothing(Declared declared) {
        List<Change> changes = new ArrayList<>();
        declared.databases()
                .forEach((name, database) -> changes.addAll(fromNothing(declared, name, database, Optional.empty())));
        return changes;
    }

    private static List<Change> fromNothing(Declared declared, String name, Database database, Optional<String> bound) {
        return database.tenancy()
                .map(spec -> new TenancyDiff(
                                declared.service().name(),
                                name,
                                of(spec, Optional.empty(), owner(declared, name, bound), bound),
                                ActualTenancy.fresh(),
                                database.migrations().isPresent())
                        .changes())
                .orElse(List.of());
    }

    /** What is waited for, and what was seen that is left to people. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        declared.databases()
                .forEach((name, database) -> database.tenancy()
                        .filter(any -> there.contains(name))
                        .ifPresent(spec -> {
                            try (TenancySession session = TenancySession.open(declared.service(), context, name)) {
                                ActualTenancy actual = session.look(spec);
                                notes.addAll(new TenancyNotes(
                                                declared.service().name(),
                                                name,
                                                of(spec, actual.registry(), owner(declared, name, bound), bound),
                                                actual,
                                                database.migrations().isPresent())
                                        .notes());
                            }
                        }));
        return notes;
    }

    /** What the database has decides; then what the file says; then uuid, which nobody can guess or count. */
    static Tenants of(TenancySpec spec, Optional<Registry> registry, String owner, Optional<String> bound) {
        Optional<KeyType> found = registry.flatMap(list -> Arrays.stream(KeyType.values())
                .filter(type -> type.sql().equals(list.type()))
                .findFirst());
        return new Tenants(
                spec,
                found.or(spec::type).orElse(KeyType.UUID),
                registry.flatMap(Registry::key).orElse("id"),
                owner,
                bound);
    }

    /** Where no role of the file owns it, Holdfast does, by whatever name it goes there. */
    static String owner(Declared declared, String database, Optional<String> bound) {
        String owner = declared.owner(database);
        return owner.equals(Declared.HOLDFAST) ? bound.orElseGet(() -> Doors.keeper(declared.service())) : owner;
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
