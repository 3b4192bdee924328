package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.protection.PgBackRest.Place;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The place for backups made, and a first file of the log shown to get there. */
final class Beginning {
    private static final Duration BUCKET_PATIENCE = Duration.ofSeconds(30);
    private static final Duration ARCHIVE_PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();

    private final PgBackRest programs;

    Beginning(PgBackRest programs) {
        this.programs = programs;
    }

    /** The bucket may be made at this very moment by those who look after the store. */
    void make(Place place) throws InterruptedException {
        long end = System.nanoTime() + BUCKET_PATIENCE.toNanos();
        while (true) {
            try {
                programs.work(place, line -> {}, "stanza-create");
                return;
            } catch (HoldfastException failed) {
                boolean waits = failed.problems().getFirst().code() == Code.HF3622 && System.nanoTime() < end;
                if (!waits) {
                    throw failed;
                }
                LockSupport.parkNanos(LOOK_NANOS);
                place.bench().requireWanted();
            }
        }
    }

    /** Shows that a file really gets there, and does not believe it before. */
    static void awaitArchived(Service<PostgresSpec> service, Bench bench) {
        Context context = bench.context();
        ArchiverSession.Switched switched = ArchiverSession.switchLog(service, context);
        if (!ArchiverSession.isArchived(service, context, switched, ARCHIVE_PATIENCE, bench::requireWanted)) {
            ArchiverSession.State state = ArchiverSession.ask(service, context);
            throw new HoldfastException(Problem.of(
                    Code.HF3634,
                    "'" + service.name() + "' did not archive " + switched.file() + " within "
                            + ARCHIVE_PATIENCE.toSeconds() + " s: " + state.because(service.name()),
                    state.next(service.name())));
        }
    }

    static void requireArchiving(Service<PostgresSpec> service, Context context) {
        ArchiverSession.State state = ArchiverSession.ask(service, context);
        if (state.isBroken()) {
            throw new HoldfastException(
                    Problem.of(Code.HF3634, state.because(service.name()), state.next(service.name())));
        }
    }
}
