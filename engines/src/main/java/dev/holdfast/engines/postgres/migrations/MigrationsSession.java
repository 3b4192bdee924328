package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.apply.Operation;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Migrations.Entry;
import dev.holdfast.engine.Migrations.State;
import dev.holdfast.engine.Migrations.Watcher;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Durations;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The migrations of one database on one server. It looks as the role of Holdfast, and runs files as the role the stack file gives
 * them. Also for a copy of the database: the context says where.
 */
public final class MigrationsSession implements AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
    private static final int ANSWER_SECONDS = 0;

    private final MigrationPlace place;
    private final Context context;
    private final Connection keeper;
    private final LedgerSession ledger;

    private MigrationsSession(MigrationPlace place, Context context, Connection keeper) {
        this.place = place;
        this.context = context;
        this.keeper = keeper;
        this.ledger = new LedgerSession(place, keeper);
    }

    /** Empty where the database is not there yet. */
    static Optional<MigrationsSession> openIfThere(MigrationPlace place, Context context) {
        try {
            return Optional.of(open(place, context));
        } catch (HoldfastException e) {
            if (e.getCause() instanceof SQLException refusal && "3D000".equals(refusal.getSQLState())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public static MigrationsSession open(MigrationPlace place, Context context) {
        return new MigrationsSession(
                place, context, PostgresSession.connection(place.service(), context, place.database(), ANSWER_SECONDS));
    }

    /**
     * Hears of each file on the very connection it runs on. {@code after} is still within the file's transaction, where it has one:
     * every lock the file took is held.
     */
    public interface FileWatcher {
        /** Said once, before the first of so many files. */
        default void begins(int files) {}

        /** The connection to run files over in place of that one. */
        default Connection opened(Connection connection) {
            return connection;
        }

        void before(MigrationFile file, Connection connection) throws SQLException;

        void after(MigrationFile file, Connection connection) throws SQLException;

        void failed(MigrationFile file, HoldfastException failure);
    }

    /** What the database says of the files. */
    MigrationDiff look(MigrationFolder folder) {
        try {
            return new MigrationDiff(place, folder, ledger.history(), ledger.ledger());
        } catch (SQLException e) {
            throw PostgresSession.unreachable(place.service(), e);
        }
    }

    /** The files that a run would run now, in their order. */
    public List<MigrationFile> pending() {
        MigrationFolder folder = place.sound();
        MigrationDiff diff = look(folder);
        if (!diff.problems().isEmpty()) {
            throw new HoldfastException(diff.problems());
        }
        return diff.pending();
    }

    LedgerSession ledger() {
        return ledger;
    }

    MigrationPlace place() {
        return place;
    }

    interface Work<T> {
        T run() throws SQLException, InterruptedException;
    }

    /** Does it while nobody else runs migrations in this database. */
    <T> T alone(Bench bench, Work<T> work) throws InterruptedException {
        try {
            waitForLock(bench);
            try {
                ledger.execute("SET application_name = '" + application() + "'");
                return work.run();
            } finally {
                if (!keeper.isClosed()) {
                    ledger.unlock();
                }
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(place.service(), e);
        }
    }

    private void waitForLock(Bench bench) throws SQLException, InterruptedException {
        long end = System.nanoTime() + place.spec().patience().toNanos();
        String told = "";
        while (!ledger.tryLock()) {
            String holder = ledger.holder().orElse("somebody who has just ended");
            if (!told.equals(holder)) {
                told = holder;
                bench.say("waits for " + holder + ", who runs migrations of " + place.shown());
            }
            bench.requireWanted();
            if (System.nanoTime() > end) {
                throw new HoldfastException(Problem.of(
                        Code.HF3564,
                        "migrations of " + place.shown() + " are being run by " + holder + " since longer than "
                                + Durations.text(place.spec().patience()),
                        "Wait until that has ended, or end that process, then run holdfast migrate up again."));
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    /** Runs what is pending, up to and with the version {@code to}; returns the entries of what ran. */
    public List<Entry> run(Optional<String> to, Bench bench, FileWatcher watcher) throws InterruptedException {
        MigrationFolder folder = place.sound();
        return alone(bench, () -> {
            MigrationDiff diff = look(folder);
            List<Problem> problems = new ArrayList<>(diff.problems());
            ForeignSession.refusal(place, ledger).ifPresent(problems::add);
            if (!problems.isEmpty()) {
                throw new HoldfastException(problems);
            }
            List<MigrationFile> pending = upTo(folder, diff.pending(), to);
            if (pending.isEmpty()) {
                return List.of();
            }
            boolean kept = makeLedger(bench);
            watcher.begins(pending.size());
            RunningSession running = new RunningSession(place, ledger, () -> watcher.opened(open()), kept, watcher);
            running.run(folder, pending, to, bench);
            Set<String> scripts = pending.stream().map(MigrationFile::script).collect(Collectors.toSet());
            return look(folder).entries().stream()
                    .filter(entry -> scripts.contains(entry.script()))
                    .toList();
        });
    }

    private List<MigrationFile> upTo(MigrationFolder folder, List<MigrationFile> pending, Optional<String> to) {
        if (to.isEmpty()) {
            return pending;
        }
        Optional<MigrationVersion> last = MigrationVersion.parse(to.get().replaceFirst("^V", ""));
        boolean known = last.isPresent()
                && folder.versioned().stream().anyMatch(file -> file.version().equals(last));
        if (!known) {
            List<String> versions =
                    folder.versioned().stream().map(MigrationFile::label).toList();
            throw new HoldfastException(Problem.of(
                    Code.HF3573,
                    "there is no migration '" + to.get() + "' in " + folder.path(),
                    versions.isEmpty()
                            ? "Write the first with holdfast migrate new NAME."
                            : "Name one of "
                                    + String.join(
                                            ", ", versions.subList(Math.max(0, versions.size() - 10), versions.size()))
                                    + "."));
        }
        return pending.stream()
                .filter(file ->
                        file.version().filter(v -> v.compareTo(last.get()) <= 0).isPresent())
                .toList();
    }

    /** Where the rights do not suffice the files run all the same, and what was applied is not kept. */
    boolean makeLedger(Bench bench) {
        try {
            ledger.makeLedger(place.role());
            return true;
        } catch (SQLException refused) {
            bench.say("the texts of what runs are not kept, because the schema holdfast cannot be made: "
                    + PostgresWire.firstLine(refused));
            return false;
        }
    }

    /** By what name a run is known to whoever looks at the server, or waits for it. */
    private static String application() {
        return "holdfast migrate " + Operation.current().id().replaceAll("[^A-Za-z0-9-]", "");
    }

    /** A connection as the role that runs files, which never waits long for a lock and whose end the server notices. */
    Connection open() throws SQLException {
        Connection connection =
                PostgresSession.connectionAs(place.service(), context, place.database(), place.role(), ANSWER_SECONDS);
        try (Statement statement = connection.createStatement()) {
            // a login that is a twin of the role makes what it makes as the role itself
            statement.execute("SET ROLE " + Sql.name(place.role()) + "; SET lock_timeout = "
                    + place.spec().lockTimeout().toMillis()
                    + "; SET statement_timeout = "
                    + place.spec().statementTimeout().map(Duration::toMillis).orElse(0L)
                    + "; SET idle_in_transaction_session_timeout = 0; SET client_connection_check_interval = '1s'"
                    + "; SET row_security = " + (place.isBlind() ? "off" : "on")
                    + "; SET standard_conforming_strings = on; SET application_name = '" + application() + "'");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** What a run tells of each file to somebody who knows nothing of connections. */
    static FileWatcher telling(Watcher watcher) {
        return new FileWatcher() {
            private final Map<String, Long> begun = new HashMap<>();
            private int total;
            private int number;

            @Override
            public void begins(int files) {
                total = files;
            }

            @Override
            public void before(MigrationFile file, Connection connection) {
                number++;
                begun.put(file.script(), System.nanoTime());
                watcher.begun(entry(file, State.PENDING, Optional.empty()), Math.min(number, total), total);
            }

            @Override
            public void after(MigrationFile file, Connection connection) {
                long from = begun.getOrDefault(file.script(), System.nanoTime());
                Duration took = Duration.ofNanos(System.nanoTime() - from);
                watcher.done(entry(file, State.APPLIED, Optional.of(took)));
            }

            @Override
            public void failed(MigrationFile file, HoldfastException failure) {
                watcher.failed(
                        entry(file, State.FAILED, Optional.empty()),
                        failure.problems().getFirst());
            }
        };
    }

    private static Entry entry(MigrationFile file, State state, Optional<Duration> took) {
        return new Entry(
                file.label(),
                file.description(),
                file.script(),
                state,
                Optional.empty(),
                Optional.empty(),
                took,
                Optional.empty());
    }

    ForeignSession foreign() {
        return new ForeignSession(ledger, keeper);
    }

    FlywaySession flyway(MigrationFolder folder) {
        return new FlywaySession(
                place.spec(), folder, this::open, Operation.current().actor());
    }

    Snapshot snapshot(MigrationFolder folder) {
        try {
            Map<String, LedgerRow> rows = ledger.ledger();
            MigrationDiff diff = new MigrationDiff(place, folder, ledger.history(), rows);
            return Snapshot.of(diff, rows, ForeignSession.refusal(place, ledger), ledger.isEmpty());
        } catch (SQLException e) {
            throw PostgresSession.unreachable(place.service(), e);
        }
    }

    @Override
    public void close() {
        try {
            keeper.close();
        } catch (SQLException e) {
            throw PostgresSession.unreachable(place.service(), e);
        }
    }
}
