package dev.holdfast.engines.postgres;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;
import dev.holdfast.language.Names;
import dev.holdfast.language.Range;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The time series of one database, whatever the server at hand has to serve them with. */
@Doc(
        "Divides tables by time, lets go of what is old, and keeps aggregates of them that equal a plain query at every moment. Served by TimescaleDB where the database has it, else by partitions; needs the extension pg_cron.")
public record TimeseriesSpec(
        @Doc("The tables, by name. Migrations make them: PARTITION BY RANGE of the time where there is no TimescaleDB.")
        @Names(value = TenancySpec.TABLE, rule = "a table, or schema.table")
        SortedMap<String, Chunked> tables,

        @Doc("Continuous aggregates, by the name of the view that shows them.")
        @Names(value = TenancySpec.TABLE, rule = "a view, or schema.view")
        SortedMap<String, Aggregate> aggregates) {
    public TimeseriesSpec {
        tables = Collections.unmodifiableSortedMap(new TreeMap<>(tables));
        aggregates = Collections.unmodifiableSortedMap(new TreeMap<>(aggregates));
    }

    @Doc("A table of rows with a time, in chunks.")
    public record Chunked(
            @Doc("The column of the time, a timestamptz that is never null.") @Example("requested_at")
            String time,

            @Doc("How much time a chunk spans. A change is for chunks that are made from then on.")
            @Default("1d")
            @Range(least = "1m", most = "3650d")
            Duration chunk,

            @Doc("How many chunks are there before their time comes. TimescaleDB makes them when rows come.")
            @Default("7")
            @Range(least = "1", most = "400")
            int ahead,

            @Doc("How each chunk is divided once more.") Optional<Space> space,

            @Doc("How long rows are kept; for good where nothing is said. Whole chunks are dropped, aggregates stay.")
            @Range(least = "1h", most = "36500d")
            @Example("90d")
            Optional<Duration> retention,

            @Doc("How old chunks are compressed, where the edition of TimescaleDB can.")
            Optional<Compression> compression) {}

    @Doc("A division of every chunk by the hash of a column.")
    public record Space(
            @Doc("The column.") @Example("model") String column,

            @Doc("Into how many parts.") @Range(least = "2", most = "64") @Example("4")
            int parts) {}

    @Doc("Compression of chunks that are rarely written.")
    public record Compression(
            @Doc("How old a chunk has to be.") @Range(least = "1h", most = "36500d") @Example("7d")
            Duration after,

            @Doc("The columns by which rows are kept together.") @Example("[model]")
            List<String> by) {
        public Compression {
            by = List.copyOf(by);
        }
    }

    @Doc(
            "What is computed of the rows of a table, by buckets of time. It shows at every moment what a plain query would: late rows, changed and deleted ones included.")
    public record Aggregate(
            @Doc("The table, one of tables:.")
            @Matches(value = TenancySpec.TABLE, rule = "a table, or schema.table")
            @Example("llm_requests")
            String from,

            @Doc("How much time a bucket spans. Buckets of weeks begin on a Monday, UTC.")
            @Range(least = "1s", most = "3650d")
            @Example("1h")
            Duration bucket,

            @Doc("The columns by which rows are told apart beside their bucket.") @Example("[model, provider]")
            List<String> by,

            @Doc("What is computed, by the name it gets.") @Example("{requests: count(*), tokens: sum(total_tokens)}")
            SortedMap<String, String> columns,

            @Doc("Which rows count; all where nothing is said.") @Example("status <> 'test'")
            Optional<String> where,

            @Doc("When computed buckets are written down.") Refresh refresh) {
        public Aggregate {
            by = List.copyOf(by);
            columns = Collections.unmodifiableSortedMap(new TreeMap<>(columns));
        }
    }

    @Doc(
            "When an aggregate is brought up to date. What it shows is the same before and after; only the cost of asking is not.")
    public record Refresh(
            @Doc("How often: 1s to 59s, minutes that divide an hour, hours that divide a day, or 1d.")
            @Default("1m")
            @Range(least = "1s", most = "1d")
            Duration every,

            @Doc("How long after its end a bucket is still computed anew with every question, for rows that come late.")
            @Default("0s")
            @Range(least = "0s", most = "3650d")
            Duration delay) {}
}
