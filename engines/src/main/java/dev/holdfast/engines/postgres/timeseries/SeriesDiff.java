package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.TimeseriesSpec.Chunked;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Edition;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Held;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Job;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Kept;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What has to be done so that a database keeps its time series as they are declared. Pure, and used for one comparison. */
final class SeriesDiff {
    private final Series series;
    private final ActualSeries actual;
    private final String where;
    private final String connect;
    private final List<Change> changes = new ArrayList<>();
    private final SortedMap<String, Job> jobs = new TreeMap<>();

    SeriesDiff(Series series, ActualSeries actual) {
        this.series = series;
        this.actual = actual;
        this.where = series.service() + "/databases/" + series.database() + "/timeseries";
        this.connect = Sql.connect(series.database()) + "\n";
    }

    List<Change> changes() {
        boolean declared = !series.spec().tables().isEmpty();
        if (declared && !actual.mark().equals(series.mark())) {
            add(
                    "",
                    actual.there() ? "renew the functions of time series" : "make the functions of time series",
                    series.installation(connect),
                    "the stack declares time series served by "
                            + actual.edition().title()
                            + (actual.there() ? " otherwise than the functions there have it" : ""));
        }
        aggregatesGone();
        series.spec().tables().forEach((name, chunked) -> {
            Table table = Table.of(name);
            Held held = actual.tables().get(table);
            if (held != null && SeriesNotes.fits(chunked, held, actual.edition())) {
                table(table, chunked, held);
            }
        });
        actual.policies().keySet().stream()
                .filter(name -> series.table(name).isEmpty())
                .forEach(this::released);
        jobs();
        return List.copyOf(changes);
    }

    private void table(Table table, Chunked chunked, Held held) {
        if (actual.edition() == Edition.COMMUNITY) {
            changes.addAll(new Community(series, where, connect).table(table, chunked, held, actual));
            return;
        }
        if (actual.edition() == Edition.APACHE) {
            hyper(table, chunked, held);
        }
        List<String> wanted = Series.policy(chunked);
        List<String> there = actual.policies().get(table.toString());
        if (!wanted.equals(there)) {
            policy(table, chunked, held, there == null ? List.of() : there);
        } else if (held.kind().equals("p") && !held.guarded()) {
            add(
                    "/" + table,
                    table + ": make partitions",
                    series.asOwner() + keep(table),
                    "a row of a time without a partition would be refused");
        }
        jobs.put(
                Series.job(series.database(), "keep"),
                new Job(
                        Cron.of(Series.KEEPING).orElseThrow(),
                        "CALL holdfast_series.keep()",
                        series.database(),
                        series.owner(),
                        true));
        String prefix = Series.job(series.database(), "");
        jobs.put(
                prefix + "tidy",
                new Job(
                        "17 * * * *",
                        "DELETE FROM cron.job_run_details d USING cron.job j WHERE j.jobid = d.jobid AND starts_with(j.jobname, "
                                + Sql.text(prefix) + ") AND d.end_time < now() - interval '2 days'",
                        series.home(),
                        Declared.HOLDFAST,
                        true));
        series.aggregates().stream()
                .filter(aggregate -> aggregate.source().equals(table))
                .filter(aggregate -> !held.secured())
                .forEach(aggregate -> aggregate(aggregate, held));
    }

    private void hyper(Table table, Chunked chunked, Held held) {
        String schema = "public";
        if (!held.isHyper()) {
            String space = chunked.space()
                    .map(part ->
                            "\nSELECT " + schema + ".add_dimension(" + table.literal() + ", " + schema + ".by_hash("
                                    + Sql.text(part.column()) + ", " + part.parts() + "), if_not_exists => true);")
                    .orElse("");
            add(
                    "/" + table + "/hypertable",
                    table + ": make it a hypertable with chunks of " + SeriesNotes.said(chunked.chunk()),
                    series.asOwner() + "SELECT " + schema + ".create_hypertable(" + table.literal() + ", " + schema
                            + ".by_range(" + Sql.text(chunked.time()) + ", " + Aggregated.interval(chunked.chunk())
                            + "), migrate_data => true);" + space,
                    "the stack declares its time series, and the database has TimescaleDB; rows that are there are moved into chunks");
        } else if (!held.hyper().equals(Long.toString(chunked.chunk().toSeconds()))) {
            add(
                    "/" + table + "/hypertable",
                    table + ": chunks of " + SeriesNotes.said(chunked.chunk()) + " from now on",
                    series.asOwner() + "SELECT " + schema + ".set_chunk_time_interval(" + table.literal() + ", "
                            + Aggregated.interval(chunked.chunk()) + ");",
                    "the stack declares it; chunks that are there stay as they are");
        }
    }

    private void policy(Table table, Chunked chunked, Held held, List<String> there) {
        String retention = chunked.retention()
                .map(kept -> ", drop chunks older than " + SeriesNotes.said(kept))
                .orElse("");
        boolean chunks =
                !there.isEmpty() && !there.get(1).equals(Series.policy(chunked).get(1));
        changes.add(new Change(
                where + "/" + table,
                table + ": "
                        + (held.kind().equals("p")
                                ? "partitions of " + SeriesNotes.said(chunked.chunk()) + ", " + chunked.ahead()
                                        + " of them ahead"
                                : "keep its chunks")
                        + retention,
                connect
                        + series.keeping(table, chunked)
                        + (held.kind().equals("p") ? "\n" + keepWithoutRetention(table, chunked) : ""),
                held.older() ? Risk.DATA : Risk.NONE,
                Optional.empty(),
                "the stack declares its time series"
                        + (there.isEmpty() ? "" : " otherwise than it is kept")
                        + (chunks ? "; chunks that are there stay as they are" : "")
                        + (held.older()
                                ? "; rows older than "
                                        + chunked.retention()
                                                .map(SeriesNotes::said)
                                                .orElse("") + " are there and go with the next run"
                                : "")));
    }

    private static String keep(Table table) {
        return "SELECT holdfast_series.keep_table(" + Sql.text(table.toString()) + ");";
    }

    /** The first partitions come with the declaration; what is old is left to the job. */
    private static String keepWithoutRetention(Table table, Chunked chunked) {
        return chunked.retention().isEmpty()
                ? keep(table)
                : "UPDATE holdfast_series.tables SET retention = NULL WHERE name = " + Sql.text(table.toString())
                        + ";\n"
                        + keep(table) + "\nUPDATE holdfast_series.tables SET retention = "
                        + Aggregated.interval(chunked.retention().get()) + " WHERE name = "
                        + Sql.text(table.toString()) + ";";
    }

    private void aggregate(Aggregated aggregate, Held held) {
        String name = aggregate.view().toString();
        Optional<Kept> there = Optional.ofNullable(actual.aggregates().get(name));
        boolean other =
                there.filter(kept -> !kept.digest().equals(aggregate.digest())).isPresent();
        boolean frozen = other && there.filter(Kept::frozen).isPresent();
        if (there.isEmpty() || other) {
            changes.add(new Change(
                    where + "/" + name,
                    (other ? "compute " + name + " anew" : "make " + name) + ": " + aggregate.source() + " by "
                            + SeriesNotes.said(aggregate.spec().bucket()),
                    connect
                            + (other ? series.asOwner() + Aggregated.dropping(aggregate.view()) + "\n" : "")
                            + aggregate.creation(),
                    frozen ? Risk.DATA : Risk.NONE,
                    Optional.empty(),
                    other
                            ? "the stack declares it otherwise than it was computed"
                                    + (frozen
                                            ? "; what it holds of rows that are gone cannot be computed anew and goes"
                                            : "")
                            : "the stack declares it"));
        } else if (!there.get().mark().equals(aggregate.mark()) || held.doors() > 0) {
            add(
                    "/" + name,
                    "renew the functions and the view of " + name,
                    aggregate.creation(),
                    held.doors() > 0
                            ? "changes of " + aggregate.source() + " are not noted everywhere"
                            : "the stack declares it otherwise than it is there");
        }
        jobs.put(
                Series.job(series.database(), name),
                new Job(
                        Cron.of(aggregate.spec().refresh().every()).orElseThrow(),
                        aggregate.job(),
                        series.database(),
                        series.owner(),
                        true));
    }

    /** Before what is new: a view may take the name of another. */
    private void aggregatesGone() {
        actual.aggregates().forEach((name, kept) -> {
            Table view = Table.of(name);
            if (series.spec().aggregates().keySet().stream()
                    .noneMatch(written -> Table.of(written).equals(view))) {
                changes.add(new Change(
                        where + "/" + name,
                        "drop the aggregate " + name + " with what it holds",
                        unscheduled(Series.job(series.database(), name)) + "\n\n" + connect + series.asOwner()
                                + (actual.edition() == Edition.COMMUNITY
                                        ? Community.dropping(view)
                                        : Aggregated.dropping(view)),
                        Risk.DATA,
                        Optional.empty(),
                        "Holdfast made aggregate '" + name + "' and the stack declares it no longer"));
            }
        });
    }

    private void released(String name) {
        add(
                "/" + name,
                "let " + name + " go: nobody makes or drops its chunks any longer",
                series.asOwner() + "DELETE FROM holdfast_series.tables WHERE name = " + Sql.text(name) + ";",
                "Holdfast keeps the chunks of '" + name
                        + "' and the stack declares it no longer; its rows and its chunks stay");
    }

    private void jobs() {
        jobs.forEach((name, job) -> {
            Job there = actual.jobs().get(name);
            if (!job.equals(there)) {
                add(
                        "/jobs/"
                                + name.substring(
                                        Series.job(series.database(), "").length()),
                        "run " + said(job) + " " + SeriesNotes.often(job.schedule()),
                        unscheduled(name) + "\nSELECT cron.schedule_in_database(" + Sql.text(name) + ", "
                                + Sql.text(job.schedule()) + ", " + Sql.text(job.command()) + ", "
                                + Sql.text(job.database()) + ", " + Sql.text(job.role()) + ", true);",
                        there == null ? "pg_cron has no such job" : "pg_cron has it otherwise");
            }
        });
        actual.jobs().keySet().stream()
                .filter(name -> !jobs.containsKey(name) && !waits(name))
                .forEach(name -> add(
                        "/jobs/"
                                + name.substring(
                                        Series.job(series.database(), "").length()),
                        "end the job '" + name + "'",
                        unscheduled(name),
                        "nothing that the stack declares needs it"));
    }

    private static String said(Job job) {
        return job.command().startsWith("DELETE") ? "what removes pg_cron's record of old runs" : job.command();
    }

    private String unscheduled(String job) {
        return Sql.connect(series.home()) + "\nSELECT cron.unschedule(jobid) FROM cron.job WHERE jobname = "
                + Sql.text(job) + ";";
    }

    /** The job of an aggregate whose drop is not approved yet goes on. */
    private boolean waits(String job) {
        return actual.aggregates().keySet().stream().anyMatch(name -> job.equals(Series.job(series.database(), name)));
    }

    private void add(String thing, String summary, String statement, String because) {
        String text = statement.startsWith("\\connect") ? statement : connect + statement;
        changes.add(new Change(where + thing, summary, text, Risk.NONE, Optional.empty(), because));
    }
}
