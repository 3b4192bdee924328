package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.engines.postgres.TimeseriesSpec;
import dev.holdfast.engines.postgres.TimeseriesSpec.Aggregate;
import dev.holdfast.engines.postgres.TimeseriesSpec.Chunked;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What contradicts itself in what a file says of the time series of one database. */
public final class TimeseriesCheck {
    /** What would end the expression, or hide the rest of the statement it becomes a part of. */
    private static final Pattern UNFIT = Pattern.compile(";|--|/\\*|\\$[A-Za-z_]*\\$|\\$\\{");

    private final Declared declared;
    private final Service<?> service;
    private final String name;
    private final String path;
    private final Problems problems;

    public TimeseriesCheck(Declared declared, String database, Problems problems) {
        this.declared = declared;
        this.service = declared.service();
        this.name = database;
        this.path = "databases." + database + ".timeseries";
        this.problems = problems;
    }

    public void run(Database database) {
        database.timeseries().ifPresent(spec -> run(spec, database));
    }

    private void run(TimeseriesSpec spec, Database database) {
        if (Elsewhere.is(service)) {
            add(
                    Code.HF1615,
                    "",
                    "service '" + service.name()
                            + "' is a server that somebody else runs, and Holdfast keeps time series on its own only",
                    "Remove timeseries:, and let that server's own jobs keep its partitions.");
            return;
        }
        if (declared.extensions().stream()
                .noneMatch(extension -> extension.name().equals("pg_cron"))) {
            add(
                    Code.HF1614,
                    "",
                    "database '" + name + "' declares time series, and service '" + service.name()
                            + "' has nobody to make and drop its chunks",
                    "Add pg_cron to extensions: of the service.");
        }
        if (spec.tables().isEmpty()) {
            add(Code.HF1610, "", "timeseries names no table", "Name the tables whose rows have a time, or remove it.");
        }
        twice(spec);
        spec.tables().forEach((table, chunked) -> table(table, chunked));
        spec.aggregates().forEach((view, aggregate) -> aggregate(view, aggregate, spec, database));
    }

    private void table(String table, Chunked chunked) {
        whole(chunked.chunk(), ".tables." + table + ".chunk");
        chunked.retention()
                .filter(kept -> kept.compareTo(chunked.chunk()) < 0)
                .ifPresent(kept -> add(
                        Code.HF1610,
                        ".tables." + table + ".retention",
                        "rows of '" + table + "' are kept for " + SeriesNotes.said(kept) + ", less than a chunk of "
                                + SeriesNotes.said(chunked.chunk()) + " spans",
                        "Only whole chunks are dropped: make chunk: smaller, or retention: longer."));
    }

    /** One thing has one name: {@code users} and {@code public.users} are one. */
    private void twice(TimeseriesSpec spec) {
        SortedMap<Table, List<String>> said = new TreeMap<>();
        spec.tables()
                .keySet()
                .forEach(written -> said.computeIfAbsent(Table.of(written), one -> new ArrayList<>())
                        .add(".tables." + written));
        spec.aggregates()
                .keySet()
                .forEach(written -> said.computeIfAbsent(Table.of(written), one -> new ArrayList<>())
                        .add(".aggregates." + written));
        said.forEach((table, keys) -> {
            if (keys.size() > 1) {
                add(
                        Code.HF1610,
                        keys.getLast(),
                        "'" + table + "' is named twice, and a database has one thing of a name",
                        "Remove one of the two, or give it another name.");
            }
        });
    }

    private void aggregate(String view, Aggregate aggregate, TimeseriesSpec spec, Database database) {
        String key = ".aggregates." + view;
        Optional<Chunked> source = spec.tables().entrySet().stream()
                .filter(entry -> Table.of(entry.getKey()).equals(Table.of(aggregate.from())))
                .map(java.util.Map.Entry::getValue)
                .findFirst();
        if (source.isEmpty()) {
            add(
                    Code.HF1610,
                    key + ".from",
                    "aggregate '" + view + "' is computed from '" + aggregate.from() + "', which is none of the tables",
                    "Name it under timeseries.tables, too."
                            + Nearest.to(aggregate.from(), spec.tables().keySet())
                                    .map(near -> " Did you mean '" + near + "'?")
                                    .orElse(""));
        }
        whole(aggregate.bucket(), key + ".bucket");
        columns(view, aggregate, key);
        if (Cron.of(aggregate.refresh().every()).isEmpty()) {
            add(
                    Code.HF1610,
                    key + ".refresh.every",
                    "pg_cron has no way to do something every "
                            + SeriesNotes.said(aggregate.refresh().every()),
                    "Write 1s to 59s, minutes that divide an hour, hours that divide a day, or 1d.");
        }
        source.flatMap(Chunked::retention).ifPresent(kept -> {
            Duration needed =
                    aggregate.bucket().multipliedBy(2).plus(aggregate.refresh().delay());
            if (kept.compareTo(needed) < 0) {
                add(
                        Code.HF1610,
                        key + ".bucket",
                        "rows of '" + aggregate.from() + "' are kept for " + SeriesNotes.said(kept)
                                + ", and aggregate '" + view + "' needs them for two buckets and its delay, "
                                + SeriesNotes.said(needed),
                        "Make retention: longer, or the bucket smaller.");
            }
        });
        alone(view, aggregate, database, key);
    }

    private void columns(String view, Aggregate aggregate, String key) {
        if (aggregate.columns().isEmpty()) {
            add(
                    Code.HF1610,
                    key,
                    "aggregate '" + view + "' computes nothing",
                    "Say what under columns:, as in { requests: count(*) }.");
        }
        List<String> names = new ArrayList<>(List.of("bucket"));
        names.addAll(aggregate.by());
        names.addAll(aggregate.columns().keySet());
        names.stream()
                .filter(column -> names.indexOf(column) != names.lastIndexOf(column))
                .distinct()
                .forEach(column -> add(
                        Code.HF1610,
                        key + (aggregate.columns().containsKey(column) ? ".columns." + column : ".by"),
                        "aggregate '" + view + "' has two columns '" + column + "'",
                        "Give one another name; bucket is the name of the time."));
        aggregate.columns().forEach((column, expression) -> expression(expression, key + ".columns." + column));
        aggregate.where().ifPresent(condition -> expression(condition, key + ".where"));
    }

    private void expression(String expression, String key) {
        if (expression.isBlank() || UNFIT.matcher(expression).find()) {
            add(
                    Code.HF1610,
                    key,
                    "'" + expression.strip() + "' is not one expression of SQL",
                    "Write one expression, without ';', comments and dollar quotes.");
        }
    }

    /** An aggregate holds what others may see: no policy and no rule of masking reaches into it. */
    private void alone(String view, Aggregate aggregate, Database database, String key) {
        Table from = Table.of(aggregate.from());
        database.tenancy()
                .filter(tenancy -> tenancy.tables().stream()
                        .anyMatch(table -> Table.of(table).equals(from)))
                .ifPresent(tenancy -> add(
                        Code.HF1616,
                        key + ".from",
                        "rows of '" + aggregate.from() + "' belong to tenants, and aggregate '" + view
                                + "' would show those of all of them to each",
                        "Compute it from a table without tenants, or ask the table itself within each tenant."));
        database.masking().ifPresent(masking -> {
            masking.tables().forEach((table, columns) -> {
                if (Table.of(table).equals(from)) {
                    columns.keySet().stream()
                            .filter(column -> reads(aggregate, column))
                            .forEach(
                                    column -> add(
                                            Code.HF1616,
                                            key,
                                            "column '" + column + "' of '" + table
                                                    + "' is masked in copies, and aggregate '" + view
                                                    + "' holds what was computed of it as it is",
                                            "Compute it without that column, or remove the column from masking: where it is nothing personal."));
                }
            });
            if (masking.empty().stream().anyMatch(table -> Table.of(table).equals(from))) {
                add(
                        Code.HF1616,
                        key + ".from",
                        "copies have no row of '" + aggregate.from() + "', and aggregate '" + view
                                + "' holds what was computed of them",
                        "Remove the table from masking.empty, or compute the aggregate from another.");
            }
        });
    }

    private static boolean reads(Aggregate aggregate, String column) {
        Pattern word = Pattern.compile("(?i)(?<![A-Za-z0-9_])" + Pattern.quote(column) + "(?![A-Za-z0-9_])");
        return aggregate.by().contains(column)
                || aggregate.columns().values().stream()
                        .anyMatch(text -> word.matcher(text).find())
                || aggregate.where().filter(text -> word.matcher(text).find()).isPresent();
    }

    private void whole(Duration duration, String key) {
        if (duration.toMillis() % 1000 != 0) {
            add(
                    Code.HF1610,
                    key,
                    SeriesNotes.said(duration) + " is not a number of whole seconds",
                    "Write whole seconds, minutes, hours or days.");
        }
    }

    private void add(Code code, String key, String cause, String remedy) {
        problems.add(Problem.of(code, cause, remedy).at(service.positions().of(path + key)));
    }
}
