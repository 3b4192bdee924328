package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Reconciled;
import dev.holdfast.engine.Rehearsing;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.MigrationsSpec.When;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.audit.Audits;
import dev.holdfast.engines.postgres.rehearsal.PostgresRehearsal;
import dev.holdfast.engines.postgres.tenancy.Tenancies;
import dev.holdfast.engines.postgres.timeseries.Timeseries;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Flyway's engine and conventions, with what is missing there: the applied texts, a run that goes on, and a plan. */
public final class PostgresMigrations implements Migrations<PostgresSpec> {
    private final PostgresExtensions extensions;
    private final List<Reconciled<PostgresSpec>> before;
    private final Hints hints = Hints.known();

    /** @param before what makes a database, its extensions and its roles, in that order */
    public PostgresMigrations(PostgresExtensions extensions, List<Reconciled<PostgresSpec>> before) {
        this.extensions = extensions;
        this.before = List.copyOf(before);
    }

    /** Where the migrations of that database are, and who runs them. */
    public MigrationPlace place(Service<PostgresSpec> service, String database) {
        return MigrationPlace.of(service, database, extensions);
    }

    @Override
    public Support<Rehearsing<PostgresSpec>> rehearsing() {
        return Support.offered(new PostgresRehearsal(extensions));
    }

    @Override
    public List<String> databases(Service<PostgresSpec> service) {
        return MigrationPlace.databases(service);
    }

    @Override
    public void check(Service<PostgresSpec> service, String database, Problems problems) {
        place(service, database).read(problems);
    }

    @Override
    public Status status(Service<PostgresSpec> service, String database, Context context) {
        MigrationPlace place = place(service, database);
        Problems problems = new Problems();
        MigrationFolder folder = place.read(problems);
        try (MigrationsSession session = MigrationsSession.open(place, context)) {
            Snapshot snapshot = session.snapshot(folder);
            List<Problem> all = new ArrayList<>(problems.all());
            all.addAll(snapshot.problems());
            return new Status(
                    database,
                    folder.path(),
                    snapshot.diff().reached().map(MigrationVersion::toString),
                    snapshot.entries(),
                    hints(place, snapshot.diff().pending(), snapshot.fresh()),
                    all,
                    snapshot.diff().notes());
        }
    }

    /** What an empty database is made with locks nobody out and loses nothing. */
    private List<Hint> hints(MigrationPlace place, List<MigrationFile> pending, boolean fresh) {
        List<Hint> found = new ArrayList<>();
        for (MigrationFile file : pending) {
            hints.of(file, place.spec().forbid()).stream()
                    .filter(hint ->
                            !fresh || hint.rule().equals("mixed") || hint.rule().equals("extension"))
                    .forEach(found::add);
        }
        return List.copyOf(found);
    }

    @Override
    public Done up(Service<PostgresSpec> service, String database, Optional<String> to, Bench bench, Watcher watcher)
            throws InterruptedException {
        MigrationPlace place = place(service, database);
        try (MigrationsSession session = MigrationsSession.open(place, bench.context())) {
            List<Entry> ran = session.run(to, bench, MigrationsSession.telling(watcher));
            if (!ran.isEmpty()) {
                settle(service, database, bench);
            }
            return new Done(
                    ran.isEmpty()
                            ? List.of("nothing was to be done: " + place.shown() + " has all its migrations")
                            : List.of("ran " + ran.size() + (ran.size() == 1 ? " migration of " : " migrations of ")
                                    + place.shown()),
                    ran);
        }
    }

    /** What a file made is taken hold of at once: rows of tenants are kept apart, changes are written down. */
    private void settle(Service<PostgresSpec> service, String database, Bench bench) {
        Declared declared = Declared.of(service, extensions);
        PostgresSpec.Database spec = declared.databases().get(database);
        List<Change> changes = new ArrayList<>();
        // asked of this database and of these two alone: a login to each of the others is dearer than a small file
        if (spec != null && spec.tenancy().isPresent()) {
            changes.addAll(
                    new Tenancies(declared, bench.context(), List.of(database), Doors.bound(service, bench.context()))
                            .changesIn(database));
        }
        if (spec != null && spec.audit().isPresent()) {
            changes.addAll(
                    Audits.changesIn(declared, database, bench.context(), Doors.superuser(service, bench.context())));
        }
        if (spec != null && spec.timeseries().isPresent()) {
            changes.addAll(Timeseries.changesIn(declared, bench.context(), database));
        }
        for (Change change : changes) {
            if (change.risk() == Risk.NONE) {
                bench.say(change.summary());
                before.getLast().apply(change, service, bench.context());
            }
        }
    }

    @Override
    public Path create(Service<PostgresSpec> service, String database, String title, Instant now) {
        return new NextFile(place(service, database)).write(title, now);
    }

    @Override
    public Done repair(Service<PostgresSpec> service, String database, Bench bench) {
        return changing(service, database, bench, session -> new CorrectingSession(session).repair(bench));
    }

    @Override
    public Done adopt(Service<PostgresSpec> service, String database, Optional<String> at, Bench bench) {
        return changing(service, database, bench, session -> new CorrectingSession(session).adopt(at, bench));
    }

    private interface Correction {
        List<String> run(MigrationsSession session) throws InterruptedException;
    }

    private Done changing(Service<PostgresSpec> service, String database, Bench bench, Correction correction) {
        try (MigrationsSession session = MigrationsSession.open(place(service, database), bench.context())) {
            return new Done(correction.run(session), List.of());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while correcting the record of migrations", stopped);
        }
    }

    @Override
    public Done reset(Service<PostgresSpec> service, String database, Bench bench, Watcher watcher)
            throws InterruptedException {
        MigrationPlace place = place(service, database);
        place.sound();
        bench.say("drops database " + place.shown());
        CorrectingSession.drop(place, bench.context());
        bench.say("makes database " + place.shown() + " anew");
        for (Reconciled<PostgresSpec> facet : before) {
            for (Change change : facet.changes(service, bench.context())) {
                if (change.risk().compareTo(Risk.RELOAD) <= 0) {
                    facet.apply(change, service, bench.context());
                }
            }
        }
        Done done = up(service, database, Optional.empty(), bench, watcher);
        List<String> sentences = new ArrayList<>(List.of("dropped and made database " + place.shown() + " anew"));
        sentences.addAll(done.sentences());
        return new Done(sentences, done.ran());
    }

    @Override
    public List<Change> changes(Service<PostgresSpec> service, Context context) {
        List<Change> changes = new ArrayList<>();
        if (context.stack().isDerived()) {
            // a copy is to be as its source is until somebody asks it otherwise
            return List.of();
        }
        for (String database : databases(service)) {
            MigrationPlace place = place(service, database);
            if (place.spec().when() == When.UP) {
                observed(place, context).ifPresent(changes::add);
            }
        }
        return List.copyOf(changes);
    }

    /** A database that is not there yet is made, with its roles, by what comes before this. */
    private Optional<Change> observed(MigrationPlace place, Context context) {
        MigrationFolder folder = place.sound();
        Optional<MigrationsSession> there = MigrationsSession.openIfThere(place, context);
        if (there.isEmpty()) {
            return change(place, folder.files(), List.of(), true);
        }
        try (MigrationsSession session = there.get()) {
            Snapshot snapshot = session.snapshot(folder);
            return snapshot.problems().isEmpty()
                    ? change(
                            place,
                            snapshot.diff().pending(),
                            hints(place, snapshot.diff().pending(), snapshot.fresh()),
                            snapshot.fresh())
                    : Optional.empty();
        }
    }

    @Override
    public List<Change> fromNothing(Service<PostgresSpec> service, Context context) {
        List<Change> changes = new ArrayList<>();
        for (String database : databases(service)) {
            MigrationPlace place = place(service, database);
            if (place.spec().when() == When.UP) {
                change(place, place.sound().files(), List.of(), true).ifPresent(changes::add);
            }
        }
        return List.copyOf(changes);
    }

    private static Optional<Change> change(
            MigrationPlace place, List<MigrationFile> pending, List<Hint> hints, boolean fresh) {
        if (pending.isEmpty()) {
            return Optional.empty();
        }
        List<String> labels = pending.stream().map(MigrationFile::label).toList();
        String shown = labels.size() <= 6
                ? String.join(", ", labels)
                : labels.getFirst() + " to " + labels.getLast() + " (" + labels.size() + " files)";
        StringBuilder statement = new StringBuilder();
        for (MigrationFile file : pending) {
            statement
                    .append("-- ")
                    .append(file.label())
                    .append(' ')
                    .append(file.script())
                    .append('\n');
        }
        hints.forEach(hint -> statement
                .append("-- hint: ")
                .append(hint.script())
                .append(':')
                .append(hint.line())
                .append(": ")
                .append(hint.text())
                .append('\n'));
        return Optional.of(new Change(
                place.where(),
                "run migrations of " + place.database() + ": " + shown,
                statement.toString().strip(),
                risk(hints),
                Optional.empty(),
                fresh
                        ? "database '" + place.database() + "' is new and gets its shape from "
                                + place.spec().folder()
                        : "these files of " + place.spec().folder() + " were not run on database '" + place.database()
                                + "' yet"));
    }

    /** By the words of the files: what drops needs its approval, what locks others out is left to an apply. */
    private static Risk risk(List<Hint> hints) {
        List<String> rules = hints.stream().map(Hint::rule).toList();
        if (rules.contains("drop")) {
            return Risk.DATA;
        }
        boolean locks = rules.stream()
                .anyMatch(List.of("rewrite", "block-reads", "block-writes", "rename", "every-row")::contains);
        return locks ? Risk.RESTART : Risk.NONE;
    }

    @Override
    public List<String> notes(Service<PostgresSpec> service, Context context) {
        List<String> notes = new ArrayList<>();
        for (String database : context.stack().isDerived() ? List.<String>of() : databases(service)) {
            MigrationPlace place = place(service, database);
            MigrationsSession.openIfThere(place, context).ifPresent(there -> {
                try (MigrationsSession session = there) {
                    session.snapshot(place.sound())
                            .problems()
                            .forEach(problem -> notes.add("The migrations of " + place.shown() + " do not go on: "
                                    + first(problem) + ". See holdfast migrate check " + place.shown() + "."));
                }
            });
        }
        return List.copyOf(notes);
    }

    private static String first(Problem problem) {
        return problem.cause().lines().findFirst().orElse("").replaceFirst(":$", "");
    }

    @Override
    public void apply(Change change, Service<PostgresSpec> service, Bench bench) throws InterruptedException {
        for (String database : databases(service)) {
            if (place(service, database).where().equals(change.where())) {
                up(service, database, Optional.empty(), bench, saying(database, bench));
            }
        }
    }

    /** Where each change is told by whoever makes it, the files within it are told as progress. */
    private static Watcher saying(String database, Bench bench) {
        return new Watcher() {
            @Override
            public void begun(Entry entry, int number, int total) {
                bench.say("migrations of " + database, number - 1L, total, "files");
            }

            @Override
            public void done(Entry entry) {}

            @Override
            public void failed(Entry entry, Problem problem) {}
        };
    }
}
