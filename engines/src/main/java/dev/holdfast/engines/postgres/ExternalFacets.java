package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.ExternalPostgres;
import dev.holdfast.engines.postgres.ActualAccess.ActualDatabase;
import dev.holdfast.engines.postgres.ActualAccess.ActualRole;
import dev.holdfast.engines.postgres.ActualSchemas.ActualExtension;
import dev.holdfast.engines.postgres.DesiredAccess.DesiredRole;
import dev.holdfast.stack.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Schema and Access of a server that somebody else runs: only what the keeper reaches is looked into. */
record ExternalFacets(Service<PostgresSpec> service, Context context, Declared declared) {

    ExternalSchema.Fitted schema() {
        ExternalKeeper keeper = new ExternalSession(service, context).keeper();
        SortedMap<String, String> marks;
        SortedMap<String, String> owners = new TreeMap<>();
        try (PostgresSession session = PostgresSession.open(service, context, Declared.HOME)) {
            marks = session.marks();
            session.databases().forEach((name, database) -> owners.put(name, database.owner()));
        }
        SortedMap<String, SortedMap<String, ActualExtension>> extensions = new TreeMap<>();
        SortedMap<String, SortedMap<String, String>> schemas = new TreeMap<>();
        for (String database : declared.databases().keySet()) {
            if (marks.containsKey(database) && keeper.has(owners.getOrDefault(database, keeper.name()))) {
                try (PostgresSession session = PostgresSession.open(service, context, database)) {
                    extensions.put(database, session.extensions());
                    schemas.put(database, session.schemaMarks());
                }
            }
        }
        return new ExternalSchema(service.name(), keeper, declared.known())
                .fitted(new SchemaDiff(declared, new ActualSchemas(marks, schemas, extensions)).changes(), owners);
    }

    ExternalAccess.Fitted access(DesiredAccess desired, Verifiers verifiers) {
        ExternalSession external = new ExternalSession(service, context);
        ExternalKeeper keeper = external.keeper();
        List<String> names = desired.roles().stream().map(DesiredRole::name).toList();
        SortedMap<String, ActualRole> roles;
        SortedMap<String, ActualDatabase> databases;
        boolean lookup;
        try (PostgresSession session = PostgresSession.open(service, context, Declared.HOME)) {
            roles = session.roles(
                    keeper.superuser() ? "access_roles.sql" : "access_roles_limited.sql", names, verifiers);
            databases = session.databases();
            lookup = desired.poolLookup() && session.hasPoolLookup();
        }
        SortedSet<String> there = new TreeSet<>(databases.keySet());
        Map<String, SortedMap<String, String>> foreign = new HashMap<>();
        for (String name : declared.databases().keySet()) {
            ActualDatabase found = databases.putIfAbsent(name, ActualAccess.freshDatabase(declared.schemas(name)));
            if (found != null && keeper.has(found.owner())) {
                foreign.put(name, external.foreign(name));
                try (PostgresSession session = PostgresSession.open(service, context, name)) {
                    databases.put(name, session.inside(found).with(declared.schemas(name)));
                }
            }
        }
        SortedSet<String> explicit = new TreeSet<>();
        service.settings().databases().forEach((name, database) -> {
            if (database.owner().isPresent()) {
                explicit.add(name);
            }
        });
        String home =
                ExternalPostgres.of(service).map(ExternalPostgres::database).orElse(Declared.HOME);
        return new ExternalAccess(service.name(), keeper, home, external::letsIn)
                .fitted(desired, new ActualAccess(roles, databases, lookup), there, explicit, foreign);
    }
}
