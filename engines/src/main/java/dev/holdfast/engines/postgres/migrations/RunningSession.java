package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.apply.Operation;
import dev.holdfast.engine.Bench;
import dev.holdfast.engines.postgres.migrations.LedgerSession.Index;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.text.Durations;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One run: again where a lock was not had, and on from where an interrupted file stopped. Used once. */
final class RunningSession {
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[\\w$]+)";
    private static final Pattern INDEX =
            Pattern.compile("(?is)^\\s*create\\s+(?:unique\\s+)?index\\s+concurrently\\s+(?:if\\s+not\\s+exists\\s+)?("
                    + NAME + ")\\s+on\\s+(?:only\\s+)?(" + NAME + "(?:\\s*\\.\\s*" + NAME + ")?).*");

    private static final Pattern MAKES_FUNCTION =
            Pattern.compile("(?i)^create (?:or replace )?(?:function|procedure) ");

    private final MigrationPlace place;
    private final LedgerSession ledger;
    private final FlywaySession.Opener opener;
    private final boolean kept;
    private final MigrationsSession.FileWatcher watcher;
    private final Map<String, LedgerRow> interrupted = new HashMap<>();
    private final Queue<Integer> backends = new ConcurrentLinkedQueue<>();
    private volatile Optional<AtWork> atWork = Optional.empty();
    private volatile String blocker = "";

    RunningSession(
            MigrationPlace place,
            LedgerSession ledger,
            FlywaySession.Opener opener,
            boolean kept,
            MigrationsSession.FileWatcher watcher) {
        this.place = place;
        this.ledger = ledger;
        this.opener = opener;
        this.kept = kept;
        this.watcher = watcher;
    }

    /** The file at hand. {@code done} counts its statements where it runs outside of a transaction. */
    private static final class AtWork {
        private final MigrationFile file;
        private final boolean outside;
        private int done;

        AtWork(MigrationFile file, boolean outside) {
            this.file = file;
            this.outside = outside;
        }
    }

    void run(MigrationFolder folder, List<MigrationFile> pending, Optional<String> to, Bench bench)
            throws SQLException, InterruptedException {
        long end = System.nanoTime() + place.spec().patience().toNanos();
        Duration pause = Duration.ofMillis(100);
        while (true) {
            resume(pending, bench);
            try {
                once(folder, to.map(version -> version.replaceFirst("^V", "")), bench);
                return;
            } catch (RuntimeException failure) {
                Optional<AtWork> at = atWork;
                boolean again = RefusalWire.isLock(failure) && System.nanoTime() + pause.toNanos() < end;
                if (!again) {
                    throw told(at, pending, failure);
                }
                at.filter(work -> work.outside).ifPresent(this::recordFailure);
                bench.say(at.map(work -> work.file.label()).orElse("a migration") + " waits for "
                        + (blocker.isEmpty() ? "a lock" : blocker)
                        + "; it stepped back so that nobody waits behind it");
                bench.requireWanted();
                Thread.sleep(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private HoldfastException told(Optional<AtWork> at, List<MigrationFile> pending, RuntimeException failure) {
        at.filter(work -> work.outside).ifPresent(this::recordFailure);
        // what Flyway refuses before it begins is told of the file that it will have been
        Optional<MigrationFile> file = at.map(work -> work.file)
                .or(() -> pending.stream().filter(Hints::isMixed).findFirst());
        HoldfastException told = RefusalWire.isLock(failure)
                ? new HoldfastException(
                        Problem.of(
                                Code.HF3565,
                                file.map(MigrationFile::label).orElse("a migration") + " of " + place.shown()
                                        + " did not get "
                                        + (blocker.isEmpty() ? "its lock" : blocker)
                                        + " within "
                                        + Durations.text(place.spec().patience()),
                                "End what holds it (SELECT pg_terminate_backend(PROCESS)), or run holdfast migrate up again when it has ended. Nobody was kept waiting for longer than "
                                        + Durations.text(place.spec().lockTimeout()) + " at a time."),
                        failure)
                : RefusalWire.of(place, file, at.map(work -> work.outside).orElse(false), failure);
        file.ifPresent(one -> watcher.failed(one, told));
        return told;
    }

    private void recordFailure(AtWork work) {
        try {
            if (kept) {
                ledger.failed(work.file);
            }
        } catch (SQLException unreachable) {
            // it stays recorded as begun, which says the same: a run goes on there
            atWork = Optional.of(work);
        }
    }

    /** Clears away what stands in the way of files that stopped half way, so that they can go on. */
    private void resume(List<MigrationFile> pending, Bench bench) throws SQLException {
        Map<String, LedgerRow> rows = ledger.ledger();
        boolean recorded = ledger.hasHistory();
        List<HistoryRow> failures =
                ledger.history().stream().filter(row -> !row.success()).toList();
        for (MigrationFile file : pending) {
            LedgerRow row = rows.get(file.script());
            if (row == null || !row.isOpen()) {
                refuseUnknownFailure(file, failures);
                continue;
            }
            if (row.alive()) {
                bench.say("ends the server process " + row.backend() + ", which still works on " + file.label()
                        + " for a run that is gone");
                ledger.end(row);
            }
            for (Index index : leftInvalid(file, row)) {
                bench.say("drops the index " + index.name() + " on " + index.table() + ", which " + file.label()
                        + " left invalid");
                ledger.execute("DROP INDEX CONCURRENTLY IF EXISTS " + index.name());
            }
            if (recorded) {
                ledger.forgetFailure(file.script());
            }
            interrupted.put(file.script(), row);
        }
    }

    /** Somebody else's Flyway left it: how far it came is not known. */
    private void refuseUnknownFailure(MigrationFile file, List<HistoryRow> failures) {
        if (failures.stream().anyMatch(row -> row.script().equals(file.script()))) {
            throw new HoldfastException(Problem.of(
                            Code.HF3566,
                            file.label() + " of " + place.shown()
                                    + " failed outside of a transaction when something else ran it, so that how far it came is not known",
                            "Undo by hand what it did (an index may be invalid), then run holdfast migrate repair, which removes its failed entry.")
                    .at(new Position(file.path().toString(), 1, 1)));
        }
    }

    /** Only the indexes that the file's own statements build: those of others are none of its business. */
    private List<Index> leftInvalid(MigrationFile file, LedgerRow row) throws SQLException {
        List<Index> invalid =
                ledger.indexes().stream().filter(index -> !index.valid()).toList();
        if (invalid.isEmpty()) {
            return List.of();
        }
        List<Built> built = Stream.concat(
                        SqlText.statements(file.text()).stream().map(SqlText.Statement::text), row.atHand().stream())
                .flatMap(sql -> built(sql).stream())
                .toList();
        List<Index> left = new ArrayList<>();
        // a table without a schema is the one that the role of the files sees
        try (Connection connection = opener.open()) {
            LedgerSession seen = new LedgerSession(place, connection);
            for (Built one : built) {
                invalid.stream().filter(is(one, seen.relation(one.table()))).forEach(left::add);
            }
        }
        return left.stream().distinct().toList();
    }

    private static Predicate<Index> is(Built built, Optional<Long> table) {
        return index -> index.plain().equals(built.name()) && table.equals(Optional.of(index.of()));
    }

    /** An index that a statement builds beside what goes on; two schemas may each have one of that name. */
    record Built(String name, String table) {}

    /** Without comments and with single spaces. */
    private static String first(String sql) {
        return SqlText.statements(sql).stream()
                .findFirst()
                .map(SqlText.Statement::text)
                .orElse("");
    }

    static Optional<Built> built(String sql) {
        Matcher index = INDEX.matcher(first(sql));
        if (!index.matches()) {
            return Optional.empty();
        }
        String name = index.group(1);
        return Optional.of(new Built(
                name.startsWith("\"")
                        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
                        : name.toLowerCase(Locale.ROOT),
                index.group(2)));
    }

    private void once(MigrationFolder folder, Optional<String> to, Bench bench) throws InterruptedException {
        atWork = Optional.empty();
        String by = Operation.current().actor();
        AtomicBoolean over = new AtomicBoolean();
        Thread watch = Thread.ofVirtual().name("migrate-blockers").start(() -> watchBlockers(bench, over));
        try {
            new FlywaySession(place.spec(), folder, this::open, by.isEmpty() ? place.role() : by)
                    .migrate(to, new Files());
        } finally {
            // an interrupt in the middle of a question would close the keeper's connection
            over.set(true);
            LockSupport.unpark(watch);
            watch.join();
        }
    }

    private Connection open() throws SQLException {
        Connection plain = opener.open();
        backends.add(new LedgerSession(place, plain).backend());
        return StatementConnections.gated(plain, new Statements());
    }

    /** Says who keeps the file waiting while it waits; the keeper's connection is nobody else's meanwhile. */
    private void watchBlockers(Bench bench, AtomicBoolean over) {
        String told = "";
        long look = Math.clamp(place.spec().lockTimeout().toNanos() / 4, 20_000_000L, 500_000_000L);
        while (!over.get()) {
            LockSupport.parkNanos(look);
            Optional<AtWork> at = atWork;
            if (at.isEmpty() || over.get()) {
                continue;
            }
            try {
                Optional<String> found = ledger.blocker(backends);
                if (found.isPresent()) {
                    blocker = found.get();
                    String who = blocker.replaceAll("[0-9]+ s\\)", "");
                    if (!told.equals(who)) {
                        told = who;
                        bench.say(at.get().file.label() + " waits for " + blocker);
                    }
                }
            } catch (SQLException unanswered) {
                return;
            }
        }
    }

    /** Keeps the ledger in step with Flyway. */
    private final class Files implements FlywaySession.Each {
        @Override
        public void before(MigrationFile file, Connection connection) throws SQLException {
            boolean outside = connection.getAutoCommit();
            atWork = Optional.of(new AtWork(file, outside));
            if (outside && kept) {
                LedgerSession own = new LedgerSession(place, connection);
                own.begun(file);
            }
            watcher.before(file, connection);
        }

        @Override
        public void after(MigrationFile file, Connection connection) throws SQLException {
            watcher.after(file, connection);
            if (place.isBlind() || Elsewhere.is(place.service())) {
                new LedgerSession(place, connection).settle();
            }
            if (kept) {
                new LedgerSession(place, connection).done(file);
            }
            atWork = Optional.empty();
        }
    }

    /** Counts the statements of a file that runs outside of a transaction, and passes over those that are done. */
    private final class Statements implements StatementConnections.Gate {
        private boolean isLifted;

        @Override
        public boolean wants(String sql, Connection plain) throws SQLException {
            boolean wants = isLeft(sql, plain);
            if (wants && place.isBlind() && MAKES_FUNCTION.matcher(first(sql)).find()) {
                lift(plain);
            }
            return wants;
        }

        /** A function that is made is planned and meets no row: what policies would do to it is seen when it is called. */
        private void lift(Connection plain) throws SQLException {
            try (Statement statement = plain.createStatement();
                    ResultSet row = statement.executeQuery("SHOW row_security")) {
                isLifted = row.next() && row.getString(1).equals("off");
            }
            if (isLifted) {
                new LedgerSession(place, plain).execute(rowSecurity("on", plain));
            }
        }

        private String rowSecurity(String word, Connection plain) throws SQLException {
            return "SET " + (plain.getAutoCommit() ? "" : "LOCAL ") + "row_security = " + word;
        }

        private boolean isLeft(String sql, Connection plain) throws SQLException {
            AtWork work = atWork.filter(one -> one.outside).orElse(null);
            if (work == null || !kept) {
                return true;
            }
            LedgerRow before = interrupted.get(work.file.script());
            if (before != null && work.done < before.statements().size()) {
                if (!before.statements().get(work.done).equals(digest(sql))) {
                    throw new HoldfastException(Problem.of(
                                    Code.HF3566,
                                    work.file.label() + " of " + place.shown() + " cannot go on: its statement "
                                            + (work.done + 1)
                                            + " was done when it was interrupted, and now reads otherwise: '"
                                            + MigrationDiff.first(sql) + "'",
                                    "Write the first " + before.statements().size()
                                            + " statements as they were, or undo them by hand and run holdfast migrate repair, after which the file runs from its beginning.")
                            .at(new Position(work.file.path().toString(), 1, 1)));
                }
                work.done++;
                return false;
            }
            if (before != null && before.atHand().filter(sql::equals).isPresent() && isBuilt(sql, plain)) {
                // it came to its end on the server, and nobody was there to hear of it
                done(sql, plain);
                return false;
            }
            new LedgerSession(place, plain).atHand(work.file, sql);
            return true;
        }

        @Override
        public void done(String sql, Connection plain) throws SQLException {
            if (isLifted) {
                isLifted = false;
                new LedgerSession(place, plain).execute(rowSecurity("off", plain));
            }
            AtWork work = atWork.filter(one -> one.outside).orElse(null);
            if (work != null && kept) {
                new LedgerSession(place, plain).statementDone(work.file, digest(sql));
                work.done++;
            }
        }

        private boolean isBuilt(String sql, Connection plain) throws SQLException {
            Optional<Built> built = built(sql);
            return built.isPresent()
                    && ledger.indexes().stream()
                            .filter(Index::valid)
                            .anyMatch(is(
                                    built.get(),
                                    new LedgerSession(place, plain)
                                            .relation(built.get().table())));
        }
    }

    static String digest(String sql) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(sql.strip().getBytes(StandardCharsets.UTF_8)))
                    .substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
