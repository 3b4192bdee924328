package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.engines.postgres.TimeseriesSpec;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Edition;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Job;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Elsewhere;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The time series of all databases of a service, compared with what is there. */
public final class Timeseries {
    private static final TimeseriesSpec NONE = new TimeseriesSpec(new TreeMap<>(), new TreeMap<>());

    private Timeseries() {}

    /** Of databases that are not there, what they will need. */
    public static List<Change> changes(Declared declared, Context context, Collection<String> there) {
        List<Change> changes = new ArrayList<>();
        declared.databases().forEach((name, database) -> {
            if (there.contains(name)) {
                changes.addAll(changes(declared, context, name, database, there));
            } else {
                changes.addAll(fromNothing(declared, name, database));
            }
        });
        return changes;
    }

    /** Of one database that is there, as is the one pg_cron lives in. */
    public static List<Change> changesIn(Declared declared, Context context, String name) {
        Database database = declared.databases().get(name);
        return database == null
                ? List.of()
                : changes(
                        declared, context, name, database, declared.databases().keySet());
    }

    private static List<Change> changes(
            Declared declared, Context context, String name, Database database, Collection<String> there) {
        Series series =
                Series.of(declared, name, database, database.timeseries().orElse(NONE));
        return new SeriesDiff(series, observed(series, declared, context, there)).changes();
    }

    private static ActualSeries observed(Series series, Declared declared, Context context, Collection<String> there) {
        SortedMap<String, Job> jobs = new TreeMap<>();
        try (SeriesSession session = SeriesSession.open(declared.service(), context, series.database())) {
            if (series.spec().tables().isEmpty() && !session.isKept()) {
                return ActualSeries.fresh(Edition.PLAIN);
            }
            if (there.contains(series.home())) {
                if (series.home().equals(series.database())) {
                    jobs.putAll(session.jobs(series.database()));
                } else {
                    try (SeriesSession home = SeriesSession.open(declared.service(), context, series.home())) {
                        jobs.putAll(home.jobs(series.database()));
                    }
                }
            }
            return session.look(series.spec().tables(), jobs);
        }
    }

    public static List<Change> fromNothing(Declared declared) {
        List<Change> changes = new ArrayList<>();
        declared.databases().forEach((name, database) -> changes.addAll(fromNothing(declared, name, database)));
        return changes;
    }

    private static List<Change> fromNothing(Declared declared, String name, Database database) {
        return database.timeseries()
                .map(spec -> new SeriesDiff(
                                Series.of(declared, name, database, spec),
                                ActualSeries.fresh(hasTimescale(declared, name) ? Edition.APACHE : Edition.PLAIN))
                        .changes())
                .orElse(List.of());
    }

    private static boolean hasTimescale(Declared declared, String database) {
        return declared.extensions(database).stream()
                .anyMatch(extension -> extension.name().equals("timescaledb"));
    }

    /** What is waited for, and what was seen that is left to people. */
    public static List<String> notes(Declared declared, Context context, Collection<String> there) {
        List<String> notes = new ArrayList<>();
        declared.databases()
                .forEach((name, database) -> database.timeseries()
                        .filter(any -> there.contains(name))
                        .ifPresent(spec -> {
                            Series series = Series.of(declared, name, database, spec);
                            notes.addAll(new SeriesNotes(series, observed(series, declared, context, there)).notes());
                        }));
        return notes;
    }

    /** What the server that this stack starts cannot do of what is declared; known without asking it. */
    public static List<String> gaps(Declared declared) {
        List<String> gaps = new ArrayList<>();
        if (Elsewhere.is(declared.service())) {
            return gaps;
        }
        declared.databases()
                .forEach((name, database) -> database.timeseries()
                        .ifPresent(spec -> spec.tables().entrySet().stream()
                                .filter(entry -> entry.getValue().compression().isPresent())
                                .forEach(entry -> gaps.add(declared.service().name() + "/" + name + ": chunks of "
                                        + entry.getKey() + " are not compressed: "
                                        + (hasTimescale(declared, name)
                                                ? "Debian's TimescaleDB is the Apache edition, and compression is in the community edition only"
                                                : "partitions of PostgreSQL have no compression of their own")
                                        + ". Its rows stay as they are; retention: is what saves room."))));
        return gaps;
    }
}
