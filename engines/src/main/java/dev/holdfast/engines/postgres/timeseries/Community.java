package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.TimeseriesSpec.Chunked;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Held;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Kept;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The same declaration in the words of TimescaleDB's community edition, by its own policies. Debian does not ship that
 * edition, so that these statements are what its manual says and were run by nobody here.
 */
final class Community {
    private final Series series;
    private final String where;
    private final String connect;

    Community(Series series, String where, String connect) {
        this.series = series;
        this.where = where;
        this.connect = connect;
    }

    /** One statement for the table and what is computed of it, done again whenever the declaration is another. */
    List<Change> table(Table table, Chunked chunked, Held held, ActualSeries actual) {
        List<Change> changes = new ArrayList<>();
        List<String> policy = Series.policy(chunked);
        if (!policy.equals(actual.policies().get(table.toString()))) {
            changes.add(change(
                    table.toString(),
                    table + ": a hypertable by its own policies",
                    policies(table, chunked, held) + "\n"
                            + series.keeping(table, chunked)
                                    .substring(series.asOwner().length()),
                    held.older() ? Risk.DATA : Risk.NONE));
        }
        for (Aggregated aggregate : series.aggregates()) {
            Kept kept = actual.aggregates().get(aggregate.view().toString());
            boolean same = kept != null && kept.digest().equals(Series.digest(aggregate.digest() + aggregate.policy()));
            if (aggregate.source().equals(table) && !same) {
                changes.add(change(
                        aggregate.view().toString(),
                        (kept == null ? "make " : "compute anew ") + aggregate.view()
                                + ", a continuous aggregate of TimescaleDB",
                        (kept == null ? "" : dropping(aggregate.view()) + "\n") + aggregate(aggregate),
                        kept != null && chunked.retention().isPresent() ? Risk.DATA : Risk.NONE));
            }
        }
        return changes;
    }

    String policies(Table table, Chunked chunked, Held held) {
        List<String> lines = new ArrayList<>();
        String name = table.literal();
        String interval = Aggregated.interval(chunked.chunk());
        if (!held.isHyper()) {
            lines.add("SELECT public.create_hypertable(" + name + ", public.by_range(" + Sql.text(chunked.time()) + ", "
                    + interval + "), migrate_data => true);");
            chunked.space()
                    .ifPresent(space -> lines.add("SELECT public.add_dimension(" + name + ", public.by_hash("
                            + Sql.text(space.column()) + ", " + space.parts() + "), if_not_exists => true);"));
        } else {
            lines.add("SELECT public.set_chunk_time_interval(" + name + ", " + interval + ");");
        }
        lines.add("SELECT public.remove_retention_policy(" + name + ", if_exists => true);");
        chunked.retention()
                .ifPresent(kept -> lines.add(
                        "SELECT public.add_retention_policy(" + name + ", " + Aggregated.interval(kept) + ");"));
        lines.add("SELECT public.remove_compression_policy(" + name + ", if_exists => true);");
        chunked.compression().ifPresent(compression -> {
            lines.add("ALTER TABLE " + table.sql() + " SET (timescaledb.compress, timescaledb.compress_segmentby = "
                    + Sql.text(String.join(
                            ", ", compression.by().stream().map(Sql::name).toList())) + ");");
            lines.add("SELECT public.add_compression_policy(" + name + ", " + Aggregated.interval(compression.after())
                    + ");");
        });
        return String.join("\n", lines);
    }

    String aggregate(Aggregated aggregate) {
        String delay = Aggregated.interval(aggregate.spec().refresh().delay());
        String every = Aggregated.interval(aggregate.spec().refresh().every());
        return "CREATE MATERIALIZED VIEW " + aggregate.view().sql()
                + " WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS\n"
                + aggregate.continuous() + " WITH NO DATA;\nSELECT public.add_continuous_aggregate_policy("
                + aggregate.view().literal() + ", start_offset => NULL, end_offset => " + delay
                + ", schedule_interval => " + every + ");\n" + aggregate.line();
    }

    static String dropping(Table view) {
        return "DROP MATERIALIZED VIEW IF EXISTS " + view.sql() + ";\n" + Aggregated.forgetting(view);
    }

    private Change change(String thing, String summary, String statement, Risk risk) {
        return new Change(
                where + "/" + thing,
                summary,
                connect + series.asOwner() + statement,
                risk,
                Optional.empty(),
                "the stack declares its time series, and the database has the community edition of TimescaleDB");
    }
}
