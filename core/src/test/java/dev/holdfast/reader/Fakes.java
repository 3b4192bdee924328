package dev.holdfast.reader;

import dev.holdfast.engine.Companion;
import dev.holdfast.engine.Register;
import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;
import dev.holdfast.language.NotYet;
import dev.holdfast.language.Range;
import dev.holdfast.language.WordsOf;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Embedded;
import dev.holdfast.stack.Reference;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.testing.FakeEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;

/** A register whose records use every type the language has, in the words of real engines. */
final class Fakes {
    private Fakes() {}

    static Register register() {
        return new Register(List.of(new Postgres(), new Pooler(), new Store(), new Cache()));
    }

    static StackReader reader() {
        return new StackReader(register());
    }

    enum Right {
        @Doc("Read every table.")
        READ,
        @Doc("Change every table.")
        WRITE,
        DDL
    }

    enum Mode {
        SESSION,
        TRANSACTION,
        TWO_PHASE
    }

    record Role(
            @Doc("What the role may do.") List<Right> can,

            @Doc("Whether it may use replication.") @Default("false")
            boolean replicates) {}

    record Keep(
            @Doc("Daily backups to keep.") @Default("7") @Range(least = "1", most = "366")
            int daily,

            @Doc("Weekly backups to keep.") OptionalInt weekly) {}

    record Backups(
            @Doc("Where backups go.") @Example("objects/backups")
            Reference to,

            @Doc("How many stay.") Keep keep) {}

    @NotYet(
            key = "standbys",
            because = "this build runs Postgres with one member, so standbys cannot be served yet",
            instead = "Remove 'standbys'.")
    @Doc("A PostgreSQL server.")
    record PostgresSettings(
            @Doc("Extensions to create.") @Matches(value = "^[a-z][a-z0-9_]{0,62}$", rule = "the name of an extension")
            List<String> extensions,

            @Doc("The pooler in front.") @WordsOf("pgbouncer")
            Optional<Embedded> pooler,

            @Doc("The roles.") SortedMap<String, Role> roles,
            @Doc("Where it is saved.") Optional<Backups> backups,

            @Doc("How long a statement may run.") @Default("30s") @Range(least = "1ms", most = "1d")
            Duration statementTimeout,

            @Doc("Free settings.") Map<String, String> parameters) {}

    @Doc("A PgBouncer.")
    record PoolerSettings(
            @Doc("When a server goes back.") @Default("transaction")
            Mode mode,

            @Doc("Clients at most.") @Default("1000") @Range(least = "1", most = "100000")
            int clients,

            @Doc("Servers at most.") @Default("20") @Range(least = "1", most = "1000")
            int servers) {}

    record Bucket(
            @Doc("Whether old versions stay.") @Default("false")
            boolean versioned) {}

    record StoreSettings(@Doc("The buckets.") SortedMap<String, Bucket> buckets) {}

    record CacheSettings(
            @Doc("The queues.") List<String> queues,
            @Doc("When to evict.") Optional<Bytes> ceiling,
            @Doc("Where full dumps go.") Optional<Reference> dumps) {}

    private static final class Postgres extends FakeEngine<PostgresSettings> {
        Postgres() {
            super("postgres", PostgresSettings.class, "17", "16");
        }

        @Override
        public List<Companion> companions(Service<PostgresSettings> service) {
            return service.settings().pooler().stream()
                    .map(block -> new Companion("pooler", block))
                    .toList();
        }

        @Override
        public void check(Service<PostgresSettings> service, Stack stack, Problems problems) {
            service.settings().roles().forEach((name, role) -> {
                if (role.can().isEmpty()) {
                    problems.add(Problem.of(
                                    Code.HF1010,
                                    "role '" + name + "' can do nothing",
                                    "Give it something, or remove it.")
                            .at(service.positions().of("roles." + name + ".can")));
                }
            });
            if (service.settings().backups().isPresent()
                    && !stack.services()
                            .get(service.settings().backups().get().to().service())
                            .engine()
                            .equals("s3")) {
                problems.add(Problem.of(
                        Code.HF1104, "backups of '" + service.name() + "' do not go to an s3", "Name a bucket."));
            }
        }
    }

    private static final class Pooler extends FakeEngine<PoolerSettings> {
        Pooler() {
            super("pgbouncer", PoolerSettings.class, "1.24");
        }

        @Override
        public boolean isCompanion() {
            return true;
        }

        @Override
        public void check(Service<PoolerSettings> service, Stack stack, Problems problems) {
            if (service.settings().servers() > service.settings().clients()) {
                problems.add(Problem.of(Code.HF1010, "a pooler with more servers than clients", "Write fewer servers.")
                        .at(service.positions().of("servers")));
            }
        }
    }

    private static final class Store extends FakeEngine<StoreSettings> {
        Store() {
            super("s3", StoreSettings.class, "4.1");
        }

        @Override
        public List<String> things(Service<StoreSettings> service) {
            return List.copyOf(service.settings().buckets().keySet());
        }
    }

    private static final class Cache extends FakeEngine<CacheSettings> {
        Cache() {
            super("redis", CacheSettings.class, "8.0");
        }

        @Override
        public List<String> things(Service<CacheSettings> service) {
            return service.settings().queues();
        }
    }
}
