package dev.holdfast.engines.postgres;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Names;
import dev.holdfast.language.NotYet;
import dev.holdfast.language.Range;
import dev.holdfast.language.WordsOf;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Embedded;
import dev.holdfast.stack.Pooled;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

@Doc(
        "A PostgreSQL server with its databases, roles and extensions, and a pooler in front of it where one is asked for.")
@NotYet(
        key = "suspend",
        because = "Holdfast does not put an idle PostgreSQL to sleep yet",
        instead = "Remove suspend:, or stop the stack with holdfast down while nobody uses it.")
public record PostgresSpec(
        @Doc("How many copies of the server follow the first one.") @Default("0") @Range(least = "0", most = "15")
        int standbys,

        @Doc(
                "When a commit is answered: without waiting for a standby, after one standby has it, or after most have it.")
        Optional<Replication> replication,

        @Doc("Extensions of every database of the service.") @Example("[vector, pg_stat_statements]")
        List<String> extensions,

        @Doc("A PgBouncer that shares few server connections among many clients.") @WordsOf("pgbouncer")
        Optional<Embedded> pooler,

        @Doc("The databases by name. Where none is given there is one, called as the service.")
        SortedMap<String, Database> databases,

        @Doc("Who may log in, by name. Where none is given there is app, which may read, write and ddl.")
        SortedMap<String, Role> roles,

        @Doc("How it is saved.") Optional<BackupsSpec> backups,

        @Doc("A server that somebody else runs, in place of one that Holdfast starts.")
        Optional<ExternalSpec> external,

        @Doc("Settings of the server that Holdfast does not compute, or computes otherwise than wished.")
        @Names(
                value = "[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?",
                rule = "the name of a PostgreSQL parameter")
        @Example("{statement_timeout: 30s}")
        SortedMap<String, String> parameters)
        implements Elsewhere, Pooled {
    public PostgresSpec {
        extensions = List.copyOf(extensions);
        databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    }

    @Override
    public Optional<Place> elsewhere() {
        return external.map(server -> new Place(server.url(), server.ca()));
    }

    @Override
    public SortedSet<String> personal() {
        SortedSet<String> personal = new TreeSet<>();
        databases
                .values()
                .forEach(database -> database.tenancy().ifPresent(tenancy -> {
                    personal.add(tenancy.setting());
                    tenancy.role().ifPresent(within -> personal.add(within.setting()));
                }));
        return personal;
    }

    /** When a commit is answered. */
    public enum Replication {
        @Doc("A commit does not wait for a standby.")
        ASYNCHRONOUS,
        @Doc("A commit waits for one standby.")
        SYNCHRONOUS,
        @Doc("A commit waits for most of the standbys.")
        QUORUM
    }

    @Doc("A database.")
    public record Database(
            @Doc("The role that owns the database; the first role that may ddl in it, where nothing is said.")
            Optional<String> owner,

            @Doc("Extensions of this database beside those of the service.")
            List<String> extensions,

            @Doc("Its schemas beside public, by name.") SortedMap<String, SchemaSpec> schemas,

            @Doc("The files that give it its shape.") Optional<MigrationsSpec> migrations,

            @Doc("Whose rows are whose.") Optional<TenancySpec> tenancy,

            @Doc("What is written down when it changes.") Optional<AuditSpec> audit) {
        public Database {
            extensions = List.copyOf(extensions);
            schemas = Collections.unmodifiableSortedMap(new TreeMap<>(schemas));
        }

        /** One of which the file says nothing. */
        public static Database plain() {
            return new Database(
                    Optional.empty(), List.of(), new TreeMap<>(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    @Doc("A role that logs in with a password Holdfast generates.")
    public record Role(
            @Doc("What the role may do in its databases, today's tables and tomorrow's alike.")
            @Example("[read, write]")
            List<Can> can,

            @Doc("The door the role's programs are given: the pooler, or the server itself.") @Default("direct")
            Door through,

            @Doc("The databases the role may enter; all of the service where none is given.")
            List<String> databases,

            @Doc("How many connections to the server the role may hold.") @Range(least = "1", most = "10000")
            OptionalInt connections,

            @Doc("How long a statement of the role may run.") @Range(least = "1ms", most = "24d") @Example("30s")
            Optional<Duration> statementTimeout) {
        public Role {
            can = List.copyOf(can);
            databases = List.copyOf(databases);
        }
    }

    /** What a role may do. */
    public enum Can {
        @Doc("SELECT on every table, view and sequence.")
        READ,
        @Doc("INSERT, UPDATE and DELETE on every table, and the use of every sequence.")
        WRITE,
        @Doc("Create schemas, tables, functions and the rest, and change those it created.")
        DDL,
        @Doc("See statistics and running statements of everyone (pg_monitor).")
        MONITOR
    }

    /** Which endpoint a role's programs are given. */
    public enum Door {
        DIRECT,
        POOLER
    }
}
