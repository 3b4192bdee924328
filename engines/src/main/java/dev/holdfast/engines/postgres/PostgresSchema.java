package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Audit;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Masking;
import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Support;
import dev.holdfast.engine.Tenancy;
import dev.holdfast.engines.postgres.ActualSchemas.ActualExtension;
import dev.holdfast.engines.postgres.audit.PostgresAudit;
import dev.holdfast.engines.postgres.masking.PostgresMasking;
import dev.holdfast.engines.postgres.migrations.PostgresMigrations;
import dev.holdfast.engines.postgres.tenancy.PostgresTenancy;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Databases, their schemas and extensions. It comes before Access, which gives the databases to their owners. */
final class PostgresSchema implements Schema<PostgresSpec> {
    private final PostgresExtensions extensions;
    private final PostgresMigrations migrations;
    private final PostgresMasking masking;

    PostgresSchema(PostgresExtensions extensions, PostgresAccess access) {
        this.extensions = extensions;
        this.migrations = new PostgresMigrations(extensions, List.of(this, access));
        this.masking = new PostgresMasking(extensions);
    }

    @Override
    public Support<Migrations<PostgresSpec>> migrations() {
        return Support.offered(migrations);
    }

    @Override
    public List<Change> changes(Service<PostgresSpec> service, Context context) {
        Declared declared = Declared.of(service, extensions);
        if (Elsewhere.is(service)) {
            return new ExternalFacets(service, context, declared).schema().changes();
        }
        SortedMap<String, String> marks;
        try (PostgresSession session = PostgresSession.open(service, context, Declared.HOME)) {
            marks = session.marks();
        }
        SortedMap<String, SortedMap<String, ActualExtension>> there = new TreeMap<>();
        SortedMap<String, SortedMap<String, String>> schemas = new TreeMap<>();
        for (String database : declared.databases().keySet()) {
            if (marks.containsKey(database)) {
                try (PostgresSession session = PostgresSession.open(service, context, database)) {
                    there.put(database, session.extensions());
                    schemas.put(database, session.schemaMarks());
                }
            }
        }
        return new SchemaDiff(declared, new ActualSchemas(marks, schemas, there)).changes();
    }

    @Override
    public List<String> notes(Service<PostgresSpec> service, Context context) {
        if (!Elsewhere.is(service)) {
            return context.stack().isDerived() ? List.of() : masked(service, context);
        }
        List<String> notes = new ArrayList<>(ExternalCheck.notes(service));
        notes.addAll(new ExternalFacets(service, context, Declared.of(service, extensions))
                .schema()
                .notes());
        return List.copyOf(notes);
    }

    /** Rules that no copy could follow are told of before somebody needs one. */
    private List<String> masked(Service<PostgresSpec> service, Context context) {
        return masking.problems(service, context).stream()
                .map(problem -> problem.position().map(at -> at + ": ").orElse("") + problem.cause() + " ["
                        + problem.code() + "]. " + problem.remedy())
                .toList();
    }

    @Override
    public List<Change> fromNothing(Service<PostgresSpec> service, Context context) {
        return new SchemaDiff(Declared.of(service, extensions), ActualSchemas.fresh()).changes();
    }

    @Override
    public void apply(Change change, Service<PostgresSpec> service, Context context) {
        Applied.apply(change, service, context);
    }

    @Override
    public Support<Tenancy<PostgresSpec>> tenancy() {
        return Support.offered(new PostgresTenancy(extensions));
    }

    @Override
    public Support<Audit<PostgresSpec>> audit() {
        return Support.offered(new PostgresAudit(extensions));
    }

    @Override
    public Support<Masking<PostgresSpec>> masking() {
        return Support.offered(masking);
    }
}
