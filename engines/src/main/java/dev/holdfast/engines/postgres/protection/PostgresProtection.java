package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Protection;
import dev.holdfast.engines.postgres.BackupsSpec;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Cron;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL saved by pgBackRest into a bucket: whole, in parts, and every moment between. */
public final class PostgresProtection implements Protection<PostgresSpec> {
    private static final String CREATE = "pgbackrest stanza-create";
    private static final Duration BUCKET_PATIENCE = Duration.ofSeconds(30);
    private static final Duration ARCHIVE_PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();
    private static final Pattern SAVED = Pattern.compile(", (\\d+(?:\\.\\d+)?)%\\)");

    private final PgBackRest programs = new PgBackRest();

    @Override
    public List<String> promises(Service<PostgresSpec> service) {
        return service.settings()
                .backups()
                .map(backups -> List.of(
                        "every commit reaches " + backups.to()
                                + " with its file of the write-ahead log, within a minute",
                        "full backups at '" + backups.full() + "' UTC"
                                + backups.differential()
                                        .map(at -> ", differential ones at '" + at + "'")
                                        .orElse("")
                                + backups.incremental()
                                        .map(at -> ", incremental ones at '" + at + "'")
                                        .orElse(""),
                        "any moment since the oldest daily backup can be restored beside what is there"))
                .orElse(List.of());
    }

    @Override
    public boolean isAsked(Service<PostgresSpec> service) {
        return service.settings().backups().isPresent();
    }

    @Override
    public List<Schedule> schedules(Service<PostgresSpec> service) {
        List<Schedule> schedules = new ArrayList<>();
        service.settings().backups().ifPresent(backups -> {
            add(schedules, Kind.FULL, Optional.of(backups.full()));
            add(schedules, Kind.DIFFERENTIAL, backups.differential());
            add(schedules, Kind.INCREMENTAL, backups.incremental());
        });
        return List.copyOf(schedules);
    }

    private static void add(List<Schedule> schedules, Kind kind, Optional<String> written) {
        written.ifPresent(text -> {
            if (Cron.read(text) instanceof Cron.Read.Understood(Cron cron)) {
                schedules.add(new Schedule(kind, cron));
            }
        });
    }

    /** A server that has archived a file, and whose last try did not fail, has a place to archive to. */
    @Override
    public List<Change> changes(Service<PostgresSpec> service, Context context) {
        if (Archiving.of(service, context).isEmpty()) {
            return List.of();
        }
        ArchiverSession.State state = ArchiverSession.ask(service, context);
        return state.archived() > 0 && !state.failing() ? List.of() : fromNothing(service, context);
    }

    @Override
    public List<Change> fromNothing(Service<PostgresSpec> service, Context context) {
        return Archiving.of(service, context)
                .map(backups -> List.of(new Change(
                        service.name() + "/backups",
                        "make the place for backups in " + backups.to() + " and archive a first file into it",
                        CREATE + " --stanza=" + service.name(),
                        Change.Risk.NONE,
                        Optional.of("remove /" + context.stack().name() + " from the bucket"),
                        "the file asks for backups and this server has archived nothing yet")))
                .orElse(List.of());
    }

    @Override
    public void apply(Change change, Service<PostgresSpec> service, Bench bench) throws InterruptedException {
        requireAsked(service, bench.context());
        makePlace(service, bench);
        awaitArchived(service, bench);
    }

    /** The bucket may be made at this very moment by those who look after the store. */
    private void makePlace(Service<PostgresSpec> service, Bench bench) throws InterruptedException {
        long end = System.nanoTime() + BUCKET_PATIENCE.toNanos();
        while (true) {
            try {
                programs.work(service, bench, line -> {}, "stanza-create");
                return;
            } catch (HoldfastException failed) {
                boolean waits = failed.problems().getFirst().code() == Code.HF3622 && System.nanoTime() < end;
                if (!waits) {
                    throw failed;
                }
                LockSupport.parkNanos(LOOK_NANOS);
                bench.requireWanted();
            }
        }
    }

    /** Shows that a file really gets there, and does not believe it before. */
    private static void awaitArchived(Service<PostgresSpec> service, Bench bench) {
        Context context = bench.context();
        long before = ArchiverSession.ask(service, context).archived();
        String file = ArchiverSession.switchLog(service, context);
        long end = System.nanoTime() + ARCHIVE_PATIENCE.toNanos();
        ArchiverSession.State state = ArchiverSession.ask(service, context);
        while (state.archived() <= before) {
            if (System.nanoTime() > end) {
                throw new HoldfastException(Problem.of(
                        Code.HF3634,
                        "'" + service.name() + "' did not archive " + file + " within " + ARCHIVE_PATIENCE.toSeconds()
                                + " s: " + state.because(service.name()),
                        state.next(service.name())));
            }
            bench.requireWanted();
            LockSupport.parkNanos(LOOK_NANOS);
            state = ArchiverSession.ask(service, context);
        }
    }

    @Override
    public Point create(Service<PostgresSpec> service, Saving saving, Bench bench) throws InterruptedException {
        requireAsked(service, bench.context());
        requireArchiving(service, bench.context());
        List<Point> before = stored(service, bench).points();
        bench.say("saving " + service.name());
        programs.work(
                service, bench, line -> progress(service, line, bench), "backup", "--type=" + type(saving.kind()));
        Stored after = stored(service, bench);
        return after.points().stream()
                .filter(point -> before.stream().noneMatch(old -> old.id().equals(point.id())))
                .reduce((first, last) -> last)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3625,
                        "pgBackRest ended well and '" + service.name() + "' has no new backup",
                        "See 'holdfast logs " + service.name() + "' for what it said, and report this.")));
    }

    private static String type(Kind kind) {
        return switch (kind) {
            case FULL -> "full";
            case DIFFERENTIAL -> "diff";
            case INCREMENTAL, LOGICAL -> "incr";
        };
    }

    private static void progress(Service<PostgresSpec> service, String line, Bench bench) {
        Matcher matcher = SAVED.matcher(line);
        if (matcher.find()) {
            bench.say("saving " + service.name(), (long) Double.parseDouble(matcher.group(1)), 100, "%");
        }
    }

    @Override
    public Catalogue catalogue(Service<PostgresSpec> service, Bench bench) throws InterruptedException {
        BackupsSpec backups = requireAsked(service, bench.context());
        return stored(service, bench).catalogue(backups.to().toString(), Optional.empty());
    }

    private Stored stored(Service<PostgresSpec> service, Bench bench) throws InterruptedException {
        return Stored.of(service.name(), programs.read(service, bench, "info", "--output=json"));
    }

    @Override
    public List<String> expire(Service<PostgresSpec> service, boolean dry, Bench bench) throws InterruptedException {
        BackupsSpec backups = requireAsked(service, bench.context());
        Retention retention = Retention.of(stored(service, bench).points(), backups.keep());
        List<String> dropped = retention.dropped().stream().map(Point::id).toList();
        if (dry || retention.kept().isEmpty()) {
            return dropped;
        }
        for (String id : dropped) {
            bench.requireWanted();
            bench.say("removing backup " + id);
            programs.work(service, bench, line -> {}, "expire", "--set=" + id);
        }
        // counts are given so that no backup goes; what goes is the log that none of those left can use
        programs.work(
                service,
                bench,
                line -> {},
                "expire",
                "--repo1-retention-full=" + retention.fulls(),
                "--repo1-retention-archive-type=full",
                "--repo1-retention-archive=" + retention.windows());
        return dropped;
    }

    private static void requireArchiving(Service<PostgresSpec> service, Context context) {
        ArchiverSession.State state = ArchiverSession.ask(service, context);
        if (state.isBroken()) {
            throw new HoldfastException(
                    Problem.of(Code.HF3634, state.because(service.name()), state.next(service.name())));
        }
    }

    private static BackupsSpec requireAsked(Service<PostgresSpec> service, Context context) {
        return Archiving.of(service, context)
                .orElseThrow(
                        () -> new HoldfastException(
                                Problem.of(
                                        Code.HF1553,
                                        "service '" + service.name() + "' of stack '"
                                                + context.stack().name() + "' is not saved anywhere",
                                        "Add backups: { to: objects/backups } to the service, with an s3 service 'objects' that has the bucket, and run holdfast apply.")));
    }
}
