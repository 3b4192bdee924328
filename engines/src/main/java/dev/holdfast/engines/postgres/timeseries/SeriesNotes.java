package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engines.postgres.TimeseriesSpec.Chunked;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Edition;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Held;
import dev.holdfast.text.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What time series wait for, what they see and must leave to people, and what the server at hand cannot do. Pure. */
final class SeriesNotes {
    private final Series series;
    private final ActualSeries actual;
    private final List<String> notes = new ArrayList<>();

    SeriesNotes(Series series, ActualSeries actual) {
        this.series = series;
        this.actual = actual;
    }

    /** Whether the table is such that its chunks can be kept. */
    static boolean fits(Chunked chunked, Held held, Edition edition) {
        return misfit(chunked, held, edition).isEmpty();
    }

    private static Optional<String> misfit(Chunked chunked, Held held, Edition edition) {
        if (!held.isTable()) {
            return Optional.of("is no table, and only tables have chunks");
        }
        if (held.type().isEmpty()) {
            return Optional.of("has no column " + chunked.time() + "; a migration has to add it");
        }
        if (!held.type().equals("timestamp with time zone")) {
            return Optional.of("has its time in a column of type " + held.type()
                    + ", and a time that is the same everywhere is a timestamptz; a migration has to change it");
        }
        if (!held.filled()) {
            return Optional.of("may have rows without a time; a migration has to make " + chunked.time() + " NOT NULL");
        }
        if (edition == Edition.PLAIN && !(held.byRange() && held.byTime())) {
            return Optional.of("is not divided by its time; the migration that makes it has to say PARTITION BY RANGE ("
                    + chunked.time() + ")"
                    + (held.kind().equals("r")
                            ? ", or declare the extension timescaledb, which divides a plain table"
                            : ""));
        }
        if (edition != Edition.PLAIN && held.kind().equals("p")) {
            return Optional.of(
                    "is divided by PostgreSQL itself, and TimescaleDB takes a plain table; the migration that makes it has to leave PARTITION BY out");
        }
        return Optional.empty();
    }

    List<String> notes() {
        List<String> missing = new ArrayList<>();
        series.spec().tables().forEach((name, chunked) -> {
            Table table = Table.of(name);
            Held held = actual.tables().get(table);
            if (held == null) {
                missing.add(table.toString());
                return;
            }
            misfit(chunked, held, actual.edition()).ifPresent(misfit -> note("table " + table + " " + misfit));
            if (!held.owner().equals(series.owner()) && held.isTable()) {
                note("table " + table + " belongs to " + held.owner() + ", and " + series.owner()
                        + " keeps its chunks; ALTER TABLE … OWNER TO " + series.owner() + " in a migration");
            }
            List<String> over = series.aggregates().stream()
                    .filter(aggregate -> aggregate.source().equals(table))
                    .map(aggregate -> aggregate.view().toString())
                    .toList();
            if (held.secured() && !over.isEmpty() && actual.edition() != Edition.COMMUNITY) {
                note("table " + table + " has row-level security, and an aggregate shows everybody's rows together; "
                        + Series.listed(over) + " waits until the table is without, or declares another source");
            }
        });
        if (!missing.isEmpty()) {
            note("time series wait for " + Series.listed(missing) + ", which no migration has made yet");
        }
        return List.copyOf(notes);
    }

    private void note(String sentence) {
        notes.add(series.service() + "/" + series.database() + ": " + sentence + ".");
    }

    static String said(Duration duration) {
        return Durations.text(duration);
    }

    static String often(String schedule) {
        return schedule.contains("second") ? "every " + schedule : "by '" + schedule + "'";
    }
}
