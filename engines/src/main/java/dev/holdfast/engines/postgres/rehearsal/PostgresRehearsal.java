package dev.holdfast.engines.postgres.rehearsal;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Rehearsing;
import dev.holdfast.engines.postgres.MigrationsSpec;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.migrations.MigrationPlace;
import dev.holdfast.engines.postgres.migrations.MigrationsSession;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs the pending files of a database where nobody is in their way, by the very means that run them elsewhere. */
public final class PostgresRehearsal implements Rehearsing<PostgresSpec> {
    private static final List<String> NOTES = List.of(
            "times are those of this machine with nobody else at work: a busier or slower one holds locks for longer",
            "whoever waits for a lock keeps others waiting behind it: the time until a lock is had is not in these figures");

    private final PostgresExtensions extensions;

    public PostgresRehearsal(PostgresExtensions extensions) {
        this.extensions = extensions;
    }

    @Override
    public Rehearsed rehearse(Service<PostgresSpec> service, String database, Bench bench) throws InterruptedException {
        MigrationPlace place = MigrationPlace.of(service, database, extensions);
        Context copy = bench.context();
        Set<String> ours = Set.of(place.spec().schema() + "." + place.spec().table());
        try (RehearsalSession exact = RehearsalSession.open(service, copy, database);
                RehearsalSession sampling = RehearsalSession.open(service, copy, database);
                MigrationsSession migrations = MigrationsSession.open(place, copy)) {
            exact.prepare();
            long size = exact.size();
            Verdict verdict = verdict(place.spec());
            List<File> files = files(migrations, exact, sampling, ours, bench);
            return new Rehearsed(
                    database, size, files.stream().map(verdict::of).toList(), files.isEmpty() ? List.of() : NOTES);
        }
    }

    /** A file that the server refuses is what a rehearsal is for, and no failure of it. */
    private static List<File> files(
            MigrationsSession migrations,
            RehearsalSession exact,
            RehearsalSession sampling,
            Set<String> ours,
            Bench bench)
            throws InterruptedException {
        try (WatchingSession watching = new WatchingSession(exact, sampling, ours, bench)) {
            try {
                var _ = migrations.run(Optional.empty(), bench, watching);
            } catch (HoldfastException failure) {
                if (watching.files().stream().noneMatch(file -> file.failure().isPresent())) {
                    throw failure;
                }
                bench.requireWanted();
            }
            return watching.files();
        }
    }

    private static Verdict verdict(MigrationsSpec spec) {
        return new Verdict(
                spec.maxLock(),
                spec.forbid().stream()
                        .map(word -> word.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .collect(Collectors.toSet()));
    }
}
