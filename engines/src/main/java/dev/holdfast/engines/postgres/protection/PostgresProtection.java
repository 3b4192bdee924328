package dev.holdfast.engines.postgres.protection;

import dev.holdfast.apply.Tasks;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Filling;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Restoration;
import dev.holdfast.engine.Restoration.Target;
import dev.holdfast.engine.Restoration.Verdict;
import dev.holdfast.engines.postgres.BackupsSpec;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.protection.PgBackRest.Place;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Cron;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL saved by pgBackRest into a bucket: whole, in parts, and every moment between. */
public final class PostgresProtection implements Protection<PostgresSpec> {
    private static final String CREATE = "pgbackrest stanza-create";
    private static final Pattern SAVED = Pattern.compile(", (\\d+(?:\\.\\d+)?)%\\)");

    private static final Pattern LABEL = Pattern.compile("new backup label = (\\S+)");

    private static final Duration LEAST_COUNTING = Duration.ofMillis(250);

    /** What a backup took is not to be much longer for it: a thirtieth. */
    private static final int COUNTING_SHARE = 30;

    /** Counting ends by itself within its budget; this is for a server that does not answer. */
    private static final Duration COUNTED = Duration.ofMinutes(30);

    private final PgBackRest programs = new PgBackRest();
    private final Dumps dumps = new Dumps(programs);
    private final Contents contents = new Contents(programs);
    private final Recovery recovery = new Recovery(contents, dumps);

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
        new Beginning(programs).make(place(service, bench));
        Beginning.awaitArchived(service, bench);
    }

    @Override
    public Point create(Service<PostgresSpec> service, Saving saving, Bench bench) throws InterruptedException {
        Place place = place(service, bench);
        if (saving.kind() == Kind.LOGICAL) {
            return dumps.create(place, saving.part().orElse(new Part(Optional.empty(), Extent.ALL, List.of())));
        }
        Beginning.requireArchiving(service, bench.context());
        bench.say("saving " + service.name());
        long began = System.nanoTime();
        List<String> said =
                programs.work(place, line -> progress(service, line, bench), "--type=" + type(saving.kind()), "backup");
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        String id = said.stream()
                .map(LABEL::matcher)
                .filter(Matcher::find)
                .map(label -> label.group(1))
                .findFirst()
                .orElse("");
        bench.say("counting " + service.name());
        if (id.isEmpty()) {
            throw unseen(service);
        }
        Counting counting = new Counting(() -> count(place, id, took.dividedBy(COUNTING_SHARE)));
        // what is stored is asked for while the rows are counted: both wait for somebody else
        Callable<Optional<Point>> look = () -> find(place, id);
        Callable<Optional<Point>> count = () -> {
            counting.run();
            return Optional.empty();
        };
        Optional<Point> found;
        try {
            found = Tasks.all(List.of(look, count), COUNTED).getFirst();
        } catch (TimeoutException late) {
            counting.late(COUNTED);
            found = find(place, id);
        }
        Point point = found.orElseThrow(() -> unseen(service));
        counting.failure()
                .ifPresent(why -> bench.say("backup " + id + " is stored, and its rows were not counted: " + why));
        return counting.noted(point);
    }

    private Optional<Point> find(Place place, String id) throws InterruptedException {
        return contents.stored(place).points().stream()
                .filter(point -> point.id().equals(id))
                .findFirst();
    }

    private void count(Place place, String id, Duration share) throws InterruptedException {
        Duration budget = share.compareTo(LEAST_COUNTING) > 0 ? share : LEAST_COUNTING;
        Ledger ledger = LedgerSession.take(place.service(), place.bench().context(), "holdfast/" + id, budget);
        programs.put(place, Ledger.path(place.name(), id), new Redacted(ledger.json()));
    }

    private static HoldfastException unseen(Service<PostgresSpec> service) {
        return new HoldfastException(Problem.of(
                Code.HF3625,
                "pgBackRest ended well and '" + service.name() + "' has no new backup",
                "See 'holdfast logs " + service.name() + "' for what it said, and report this."));
    }

    private static Place place(Service<PostgresSpec> service, Bench bench) {
        return Place.of(service, requireAsked(service, bench.context()), bench);
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
        Place place = place(service, bench);
        Restores restores = contents.restores(place, ArchiverSession.Flushed.NOT);
        List<Point> points = new ArrayList<>(restores.stored().points());
        points.addAll(dumps.list(place));
        points.sort(Comparator.comparing(Point::ended));
        return new Catalogue(backups.to().toString(), points, restores.reach());
    }

    @Override
    public List<String> expire(Service<PostgresSpec> service, boolean dry, Bench bench) throws InterruptedException {
        BackupsSpec backups = requireAsked(service, bench.context());
        Place place = place(service, bench);
        Stored stored = contents.stored(place);
        Retention retention = Retention.of(stored.points(), backups.keep());
        List<String> dropped = retention.dropped().stream().map(Point::id).toList();
        if (dry || retention.kept().isEmpty()) {
            return dropped;
        }
        if (dropped.isEmpty() && retention.fulls() <= retention.windows() && !stored.holdsOlderThan(retention.kept())) {
            // every moment since the first backup is to be reached: no file of the log can go
            return dropped;
        }
        for (String id : dropped) {
            bench.requireWanted();
            bench.say("removing backup " + id);
            programs.work(place, line -> {}, "--set=" + id, "expire");
            programs.remove(place, Ledger.path(place.repository().stanza(), id));
        }
        // counts are given so that no backup goes; what goes is the log that none of those left can use
        programs.work(
                place,
                line -> {},
                "--repo1-retention-full=" + retention.fulls(),
                "--repo1-retention-archive-type=full",
                "--repo1-retention-archive=" + retention.windows(),
                "expire");
        return dropped;
    }

    @Override
    public void name(String point, Service<PostgresSpec> service, Bench bench) throws InterruptedException {
        new NamedPoints(programs, place(service, bench)).name(point);
    }

    @Override
    public SortedMap<String, Redacted> key(Service<PostgresSpec> service, Context context) {
        return Repository.of(service, requireAsked(service, context), context).parts();
    }

    @Override
    public Restoration restoration(
            Service<PostgresSpec> service,
            Target target,
            SortedMap<String, Redacted> key,
            Optional<Context> source,
            Bench bench)
            throws InterruptedException {
        return recovery.restoration(service, target, key, source, bench);
    }

    @Override
    public List<Filling> fillings(
            Service<PostgresSpec> service,
            Restoration restoration,
            SortedMap<String, Redacted> key,
            boolean checked,
            Context to) {
        if (restoration.base().kind() == Kind.LOGICAL) {
            return List.of();
        }
        Duration patience =
                service.settings().backups().map(BackupsSpec::patience).orElse(Duration.ofHours(6));
        return List.of(Fillings.of(service, restoration, Repository.of(key), patience, checked, to));
    }

    @Override
    public Verdict examine(Service<PostgresSpec> service, String id, Bench bench) throws InterruptedException {
        Place place = place(service, bench);
        bench.say("reading backup " + id);
        Optional<Point> dump = dumps.find(place, id);
        if (dump.isPresent()) {
            return dumps.examine(place, dump.get());
        }
        return Examination.of(programs.lines(
                place, "--set=" + id, "--output=text", "--verbose", "--log-level-console=info", "verify"));
    }

    @Override
    public Verdict compare(
            Service<PostgresSpec> service, Restoration restoration, SortedMap<String, Redacted> key, Bench copy)
            throws InterruptedException {
        return recovery.compare(service, restoration, key, copy);
    }

    @Override
    public void pour(
            Service<PostgresSpec> service, Restoration restoration, SortedMap<String, Redacted> key, Bench copy)
            throws InterruptedException {
        dumps.pour(new Place(service, Repository.of(key), copy), restoration.base());
    }

    @Override
    public Brought bring(Service<PostgresSpec> service, String table, Bench copy, Context source)
            throws InterruptedException {
        BackupsSpec backups = requireAsked(service, source);
        return new Tables(programs)
                .bring(new Place(service, Repository.of(service, backups, source), copy), table, source);
    }

    @Override
    public void handOver(Service<PostgresSpec> service, Context copy, Bench to) throws InterruptedException {
        try (SuccessorSession session = SuccessorSession.open(service, copy, to.context())) {
            if (isAsked(service)) {
                int timeline = session.timeline();
                if (contents.archive(place(service, to)).holds(timeline)) {
                    throw new HoldfastException(
                            Problem.of(
                                    Code.HF3640,
                                    "'" + copy.stack().name() + "' writes its log on timeline " + timeline
                                            + ", and what is archived of '" + service.name()
                                            + "' has another history of that number",
                                    "Restore the state that is wanted once more with 'holdfast restore "
                                            + service.name()
                                            + "', which gives it a timeline of its own, and promote that copy; what was written to this one can be taken over from it while both are up."));
                }
            }
            session.handOver();
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
                                        Elsewhere.is(service)
                                                ? "Somebody else runs its server, and saves it: use the backups of its provider, or holdfast connect "
                                                        + service.name() + " and pg_dump."
                                                : "Add backups: { to: objects/backups } to the service, with an s3 service 'objects' that has the bucket, and run holdfast apply.")));
    }
}
