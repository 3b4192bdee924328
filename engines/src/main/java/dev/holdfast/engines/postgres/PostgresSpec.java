package dev.holdfast.engines.postgres;

import dev.holdfast.engines.HostRule;
import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Names;
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

        @Doc("From where which roles may come in; the first rule that fits decides. Without any, every place may.")
        List<AllowSpec> allow,

        @Doc("The rules for passwords.") Optional<PasswordsSpec> passwords,

        @Doc("How it is saved.") Optional<BackupsSpec> backups,

        @Doc("A server that somebody else runs, in place of one that Holdfast starts.")
        Optional<ExternalSpec> external,

        @Doc("Settings of the server that Holdfast does not compute, or computes otherwise than wished.")
        @Names(
                value = "[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?",
                rule = "the name of a PostgreSQL parameter")
        @Example("{statement_timeout: 30s}")
        SortedMap<String, String> parameters)
        implements HostRule.Source, Elsewhere, Pooled {
    public PostgresSpec {
        extensions = List.copyOf(extensions);
        databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
        allow = List.copyOf(allow);
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    }

    @Override
    public List<HostRule> hostRules(String service) {
        return HostRules.declared(this, service);
    }

    /** The rules for passwords, written or not. */
    public PasswordsSpec passwordRules() {
        return passwords.orElseGet(PasswordsSpec::plain);
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

            @Doc(
                    "The schemas in which a name without a schema is looked for; public where neither this nor parameters: says it.")
            @Example("[shop, public]")
            List<String> searchPath,

            @Doc("The files that give it its shape.") Optional<MigrationsSpec> migrations,

            @Doc("Whose rows are whose.") Optional<TenancySpec> tenancy,

            @Doc("What is written down when it changes.") Optional<AuditSpec> audit,

            @Doc("What is replaced in copies of it.") Optional<MaskingSpec> masking,

            @Doc("Its tables of rows with a time, and what is computed of them ahead of every question.")
            Optional<TimeseriesSpec> timeseries) {
        public Database {
            extensions = List.copyOf(extensions);
            schemas = Collections.unmodifiableSortedMap(new TreeMap<>(schemas));
            searchPath = List.copyOf(searchPath);
        }

        /** One of which the file says nothing. */
        public static Database plain() {
            return new Database(
                    Optional.empty(),
                    List.of(),
                    new TreeMap<>(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    @Doc("A role that logs in with a password Holdfast generates.")
    public record Role(
            @Doc("What the role may do in its databases, in today's tables and tomorrow's alike.")
            @Example("[read, write]")
            List<Can> can,

            @Doc("What it may in single schemas, by name, in place of can.")
            @Example("{ analytics: [read], audit: [] }")
            SortedMap<String, List<Can>> schemas,

            @Doc("The door the role's programs are given: the pooler, or the server itself.") @Default("direct")
            Door through,

            @Doc("The databases the role may enter; all of the service where none is given.")
            List<String> databases,

            @Doc("How many connections to the server the role may hold.") @Range(least = "1", most = "10000")
            OptionalInt connections,

            @Doc("How long a statement of the role may run.") @Range(least = "1ms", most = "24d") @Example("30s")
            Optional<Duration> statementTimeout,

            @Doc("How long a statement of the role may wait for a lock.")
            @Range(least = "1ms", most = "24d")
            @Example("5s")
            Optional<Duration> lockTimeout,

            @Doc("How long a transaction of the role may do nothing before its connection is ended.")
            @Range(least = "1ms", most = "24d")
            @Example("1m")
            Optional<Duration> idleInTransactionTimeout,

            @Doc("How long a transaction of the role may last.") @Range(least = "1ms", most = "24d") @Example("10m")
            Optional<Duration> transactionTimeout,

            @Doc(
                    "The schemas in which the role looks for a name without a schema; as the database where nothing is said.")
            @Example("[analytics, public]")
            List<String> searchPath) {
        public Role {
            can = List.copyOf(can);
            SortedMap<String, List<Can>> copied = new TreeMap<>();
            schemas.forEach((name, words) -> copied.put(name, List.copyOf(words)));
            schemas = Collections.unmodifiableSortedMap(copied);
            databases = List.copyOf(databases);
            searchPath = List.copyOf(searchPath);
        }

        /** One that says no more than this. */
        public static Role of(List<Can> can, Door through, List<String> databases) {
            return new Role(
                    can,
                    new TreeMap<>(),
                    through,
                    databases,
                    OptionalInt.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of());
        }
    }

    /** What a role may do. */
    public enum Can {
        @Doc("SELECT on every table and view, and on every sequence where no tenants share them.")
        READ,
        @Doc(
                "INSERT, UPDATE and DELETE on every table, and the use of every sequence but those that count keys of tenants.")
        WRITE,
        @Doc("TRUNCATE every table, which no row-level rule stops.")
        TRUNCATE,
        @Doc("Point foreign keys at every table (REFERENCES).")
        REFERENCE,
        @Doc("VACUUM, ANALYZE, REINDEX and CLUSTER every table, and refresh materialized views (MAINTAIN).")
        MAINTAIN,
        @Doc("Call functions. Once any role of the service has this word, those without it may not.")
        EXECUTE,
        @Doc("Create schemas, tables, functions and the rest, and change those it created.")
        DDL,
        @Doc("See statistics and running statements of everyone (pg_monitor).")
        MONITOR,
        @Doc("Cancel statements and end sessions of others, superusers excepted (pg_signal_backend).")
        SIGNAL
    }

    /** Which endpoint a role's programs are given. */
    public enum Door {
        DIRECT,
        POOLER
    }
}
