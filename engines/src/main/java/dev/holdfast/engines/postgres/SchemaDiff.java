package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.ActualSchemas.ActualExtension;
import dev.holdfast.engines.postgres.PostgresExtensions.Extension;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Databases and extensions: what is missing, what is old, and what Holdfast made and nobody declares any longer. Pure. */
final class SchemaDiff {
    /** Of declared schemas only; those of extensions have another. */
    private static final String MARK = AccessDiff.MARK + " schema of service ";

    private final Declared declared;
    private final ActualSchemas actual;
    private final List<Change> changes = new ArrayList<>();

    SchemaDiff(Declared declared, ActualSchemas actual) {
        this.declared = declared;
        this.actual = actual;
    }

    List<Change> changes() {
        for (String database : declared.databases().keySet()) {
            database(database);
            schemas(database);
            SortedMap<String, ActualExtension> there = actual.extensions().getOrDefault(database, new TreeMap<>());
            List<Extension> wanted = declared.extensions(database);
            wanted.forEach(extension -> extension(database, extension, there));
            List<String> names = wanted.stream().map(Extension::name).toList();
            there.entrySet().stream()
                    .filter(entry -> entry.getValue().mark().startsWith(AccessDiff.MARK))
                    .map(Map.Entry::getKey)
                    .filter(name -> !names.contains(name))
                    .sorted(Comparator.comparing(this::isRequired))
                    .forEach(name -> dropExtension(database, name));
        }
        actual.marks().forEach((name, mark) -> {
            if (mark.startsWith(AccessDiff.MARK) && !declared.databases().containsKey(name)) {
                changes.add(new Change(
                        declared.service().name() + "/databases/" + name,
                        "drop database " + name + " with everything in it",
                        "DROP DATABASE IF EXISTS " + Sql.name(name) + " WITH (FORCE);",
                        Risk.DATA,
                        Optional.empty(),
                        "Holdfast made database '" + name + "' and the stack declares it no longer"));
            }
        });
        return List.copyOf(changes);
    }

    private void database(String name) {
        String quoted = Sql.name(name);
        String comment = "COMMENT ON DATABASE " + quoted + " IS "
                + Sql.text(AccessDiff.MARK + " database of service "
                        + declared.service().name()) + ";";
        String mark = actual.marks().get(name);
        if (mark == null) {
            add(
                    "databases/" + name,
                    "create database " + name,
                    "CREATE DATABASE " + quoted + ";\n\n" + comment,
                    Optional.of("DROP DATABASE " + quoted + ";"),
                    "the stack declares database '" + name + "' and the server has none of that name");
        } else if (!mark.startsWith(AccessDiff.MARK)) {
            add(
                    "databases/" + name,
                    "mark database " + name + " as kept by Holdfast",
                    comment,
                    Optional.of("COMMENT ON DATABASE " + quoted + " IS " + (mark.isEmpty() ? "NULL" : Sql.text(mark))
                            + ";"),
                    "the stack declares database '" + name + "', which somebody else made");
        }
    }

    /** Schemas are given to their owners by Access, which makes the roles. */
    private void schemas(String database) {
        SortedMap<String, String> there = actual.schemas().getOrDefault(database, ActualSchemas.FRESH);
        String connect = Sql.connect(database) + "\n";
        for (String name : declared.schemas(database)) {
            String mark = there.get(name);
            String where = "databases/" + database + "/schemas/" + name;
            String comment = "COMMENT ON SCHEMA " + Sql.name(name) + " IS "
                    + Sql.text(MARK + declared.service().name()) + ";";
            if (mark == null) {
                add(
                        where,
                        "create schema " + name + " in " + database,
                        connect + "CREATE SCHEMA IF NOT EXISTS " + Sql.name(name) + ";\n" + comment,
                        Optional.of(connect + "DROP SCHEMA " + Sql.name(name) + ";"),
                        "the stack declares schema '" + name + "' and database '" + database + "' has none");
            } else if (!mark.startsWith(AccessDiff.MARK) && !name.equals(Declared.PUBLIC)) {
                add(
                        where,
                        "mark schema " + name + " of " + database + " as kept by Holdfast",
                        connect + comment,
                        Optional.of(connect + "COMMENT ON SCHEMA " + Sql.name(name) + " IS "
                                + (mark.isEmpty() ? "NULL" : Sql.text(mark)) + ";"),
                        "the stack declares schema '" + name + "', which somebody else made");
            }
        }
        there.forEach((name, mark) -> {
            if (mark.startsWith(MARK) && !declared.schemas(database).contains(name)) {
                changes.add(new Change(
                        declared.service().name() + "/databases/" + database + "/schemas/" + name,
                        "drop schema " + name + " of " + database + " with everything in it",
                        connect + "DROP SCHEMA IF EXISTS " + Sql.name(name) + " CASCADE;",
                        Risk.DATA,
                        Optional.empty(),
                        "Holdfast made schema '" + name + "' and the stack declares it no longer"));
            }
        });
    }

    private void extension(String database, Extension extension, SortedMap<String, ActualExtension> there) {
        String where = "databases/" + database + "/extensions/" + extension.name();
        String connect = Sql.connect(database) + "\n";
        String name = Sql.name(extension.name());
        ActualExtension found = there.get(extension.name());
        if (found == null) {
            String schema = extension
                    .schema()
                    .map(s -> connect + "CREATE SCHEMA IF NOT EXISTS " + Sql.name(s) + ";\nCOMMENT ON SCHEMA "
                            + Sql.name(s) + " IS "
                            + Sql.text(AccessDiff.MARK + " schema of extension " + extension.name()) + ";\n\n")
                    .orElse("");
            String in =
                    extension.schema().map(s -> " WITH SCHEMA " + Sql.name(s)).orElse("");
            add(
                    where,
                    "create extension " + extension.name() + " in " + database,
                    // our sessions have no schema of users in their search path, so it is said where
                    schema + connect + "SET search_path = public;\nCREATE EXTENSION IF NOT EXISTS " + name + in
                            + ";\n\n" + "COMMENT ON EXTENSION "
                            + name + " IS "
                            + Sql.text(AccessDiff.MARK + " extension of service "
                                    + declared.service().name())
                            + ";",
                    Optional.of(connect + "DROP EXTENSION " + name + ";"),
                    "the stack declares extension '" + extension.name() + "' for database '" + database + "'");
        } else if (!found.version().equals(found.offered())) {
            add(
                    where,
                    "update extension " + extension.name() + " in " + database + " from " + found.version() + " to "
                            + found.offered(),
                    connect + "ALTER EXTENSION " + name + " UPDATE;",
                    Optional.empty(),
                    "the server's library is of version " + found.offered() + ", the objects in the database of "
                            + found.version());
        }
    }

    /** Those that others build on go last. */
    private boolean isRequired(String name) {
        return declared.known().byName().values().stream()
                .anyMatch(extension -> extension.requires().contains(name));
    }

    private void dropExtension(String database, String name) {
        changes.add(new Change(
                declared.service().name() + "/databases/" + database + "/extensions/" + name,
                "drop extension " + name + " in " + database + ", unless something uses it",
                Sql.connect(database) + "\nDROP EXTENSION IF EXISTS " + Sql.name(name) + ";",
                Risk.DATA,
                Optional.empty(),
                "Holdfast made extension '" + name + "' and the stack declares it no longer"));
    }

    private void add(String thing, String summary, String statement, Optional<String> undo, String because) {
        changes.add(new Change(declared.service().name() + "/" + thing, summary, statement, Risk.NONE, undo, because));
    }
}
