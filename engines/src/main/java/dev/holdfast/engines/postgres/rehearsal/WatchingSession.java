package dev.holdfast.engines.postgres.rehearsal;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Rehearsing.File;
import dev.holdfast.engine.Rehearsing.Rows;
import dev.holdfast.engines.postgres.migrations.MigrationFile;
import dev.holdfast.engines.postgres.migrations.MigrationsSession;
import dev.holdfast.problem.HoldfastException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks on while files run: asks after each statement what it holds, and every few milliseconds in between. What asking costs is
 * taken out of the times, because the clock stands still meanwhile.
 */
final class WatchingSession implements MigrationsSession.FileWatcher, WatchedConnections.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WatchingSession.class);
    private static final Duration PACE = Duration.ofMillis(4);
    private static final int WANTED_EVERY = 50;

    private final RehearsalSession exact;
    private final RehearsalSession sampling;
    private final Set<String> ours;
    private final Bench bench;
    private final long newest;
    private final List<File> files = new ArrayList<>();
    private final Stopwatch watch = new Stopwatch();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Thread sampler;
    private Optional<AtWork> atWork = Optional.empty();
    private volatile Optional<Busy> busy = Optional.empty();
    private volatile Optional<HoldfastException> unwanted = Optional.empty();

    /** @param ours tables of which nothing is to be told: the records of the runs themselves */
    WatchingSession(RehearsalSession exact, RehearsalSession sampling, Set<String> ours, Bench bench) {
        this.exact = exact;
        this.sampling = sampling;
        this.ours = Set.copyOf(ours);
        this.bench = bench;
        this.newest = exact.newest();
        this.sampler = Thread.ofPlatform().daemon().name("rehearsal-locks").start(this::sample);
    }

    private record AtWork(
            MigrationFile file, Recorder recorder, int pid, Map<Long, Relation> before, Map<Long, Rows> rows) {}

    /** A statement that runs now. */
    private record Busy(Recorder recorder, int pid) {}

    @Override
    public Connection opened(Connection connection) {
        return WatchedConnections.watched(connection, this);
    }

    @Override
    public void before(MigrationFile file, Connection connection) throws SQLException {
        try (Stopwatch.Pause _ = watch.held()) {
            begin(file, connection);
        }
    }

    private void begin(MigrationFile file, Connection connection) throws SQLException {
        finish();
        int pid = WatchedConnections.pid(WatchedConnections.plain(connection));
        Map<Long, Relation> relations = exact.relations();
        relations.values().removeIf(relation -> ours.contains(relation.name()));
        Map<Long, Rows> rows = exact.rows();
        bench.say("rehearsing " + file.label());
        atWork = Optional.of(new AtWork(
                file,
                new Recorder(relations, newest, watch::nanos, file.text(), exact.seen(pid, watch::nanos)),
                pid,
                relations,
                rows));
    }

    /** Still within the transaction: what it counts is told to the others when that ends, and not some time later. */
    @Override
    public void after(MigrationFile file, Connection connection) throws SQLException {
        try (Stopwatch.Pause _ = watch.held()) {
            WatchedConnections.flush(WatchedConnections.plain(connection));
            atWork.ifPresent(work -> work.recorder().whole());
        }
    }

    @Override
    public void failed(MigrationFile file, HoldfastException failure) {
        atWork.ifPresent(
                work -> work.recorder().fails(failure.problems().getFirst().cause()));
    }

    @Override
    public void begins(String sql) {
        unwanted.ifPresent(problem -> {
            throw problem;
        });
        atWork.ifPresent(work -> {
            work.recorder().begins(sql);
            busy = Optional.of(new Busy(work.recorder(), work.pid()));
        });
    }

    @Override
    public void ends(long rows, boolean inTransaction) {
        try (Stopwatch.Pause _ = watch.held()) {
            busy = Optional.empty();
            atWork.ifPresent(work -> work.recorder().ends(exact.seen(work.pid(), watch::nanos), rows, inTransaction));
        }
    }

    @Override
    public void transactionEnded() {
        atWork.ifPresent(work -> work.recorder().transactionEnded());
    }

    @Override
    public boolean hears(String message) {
        return atWork.filter(work -> work.recorder().hears(message)).isPresent();
    }

    /** What was seen of all files. */
    List<File> files() {
        finish();
        return List.copyOf(files);
    }

    private void finish() {
        atWork.ifPresent(work -> {
            atWork = Optional.empty();
            List<Rows> changed = RehearsalSession.difference(work.rows(), exact.rows()).stream()
                    .filter(rows -> !ours.contains(rows.table()))
                    .toList();
            File file = work.recorder()
                    .file(
                            work.file().label(),
                            work.file().script(),
                            exact.seen(work.pid(), watch::nanos),
                            exact.relations(),
                            changed);
            // a file that had to wait for a lock begins again
            files.removeIf(known -> known.script().equals(file.script()));
            files.add(file);
        });
    }

    private void sample() {
        int rounds = 0;
        while (!closing.get()) {
            LockSupport.parkNanos(PACE.toNanos());
            Optional<Busy> now = busy;
            if (now.isEmpty()) {
                continue;
            }
            try {
                now.get().recorder().looked(sampling.seen(now.get().pid(), watch::nanos));
                if (++rounds % WANTED_EVERY == 0) {
                    requireWanted(now.get().pid());
                }
            } catch (HoldfastException ended) {
                // the copy has gone from under us; whoever works in it hears of it, too
                LOG.atDebug().setCause(ended).log("the rehearsal can no longer look on");
                return;
            }
        }
    }

    private void requireWanted(int pid) {
        try {
            bench.requireWanted();
        } catch (HoldfastException gone) {
            unwanted = Optional.of(gone);
            sampling.cancel(pid);
        }
    }

    @Override
    public void close() {
        closing.set(true);
        try {
            sampler.join();
        } catch (InterruptedException stopped) {
            // it ends by itself, soon
            Thread.currentThread().interrupt();
        }
    }
}
