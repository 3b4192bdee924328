package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engines.Engines;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Edition;
import dev.holdfast.engines.postgres.timeseries.ActualSeries.Held;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.reader.StackReader;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TimeseriesCheckTest {
    private static final String GOOD = """
            extensions: [pg_cron]
            databases:
              shop:
                timeseries:
                  tables:
                    readings: { time: at, chunk: 1d, space: { column: device, parts: 4 }, retention: 30d, compression: { after: 7d, by: [device] } }
                  aggregates:
                    hourly: { from: readings, bucket: 1h, by: [device], columns: { many: count(*) }, where: value > 0, refresh: { every: 1m, delay: 10m } }
            """;

    @Test
    void allThatContradictsItselfIsSaidAtOnce() {
        assertThatThrownBy(() -> read("""
                        databases:
                          shop:
                            tenancy: { setting: app.tenant, tables: [visits] }
                            masking: { tables: { readings: { place: erase } }, empty: [visits] }
                            timeseries:
                              tables:
                                readings: { time: at, chunk: 61500ms, retention: 1h }
                                public.readings: { time: at }
                                visits: { time: at, retention: 2d, chunk: 7d }
                              aggregates:
                                readings: { from: reading, bucket: 1h, columns: { many: count(*) } }
                                odd: { from: readings, bucket: 1h, by: [bucket, place], columns: { many: "1; DROP TABLE x" }, refresh: { every: 7m } }
                                none: { from: visits, bucket: 2d }
                        """))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("has nobody to make and drop its chunks [HF1614]")
                .hasMessageContaining("is not a number of whole seconds [HF1610]")
                .hasMessageContaining("'readings' is named twice, and a database has one thing of a name [HF1610]")
                .hasMessageContaining("rows of 'visits' are kept for 2d, less than a chunk of 7d spans [HF1610]")
                .hasMessageContaining("computed from 'reading', which is none of the tables [HF1610]")
                .hasMessageContaining("Did you mean 'readings'?")
                .hasMessageContaining("aggregate 'odd' has two columns 'bucket' [HF1610]")
                .hasMessageContaining("'1; DROP TABLE x' is not one expression of SQL [HF1610]")
                .hasMessageContaining("pg_cron has no way to do something every 7m [HF1610]")
                .hasMessageContaining("aggregate 'none' computes nothing [HF1610]")
                .hasMessageContaining("needs them for two buckets and its delay, 4d [HF1610]")
                .hasMessageContaining("would show those of all of them to each [HF1616]")
                .hasMessageContaining("column 'place' of 'readings' is masked in copies, and aggregate 'odd'")
                .hasMessageContaining("copies have no row of 'visits'");
    }

    @Test
    void aServerOfSomebodyElseKeepsItsOwn() {
        assertThatThrownBy(() -> read("""
                        external: { url: file:url }
                        databases: { shop: { timeseries: { tables: { readings: { time: at } } } } }
                        """))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("Holdfast keeps time series on its own only [HF1615]");
    }

    @ParameterizedTest
    @CsvSource({
        "PT1S, 1 second",
        "PT59S, 59 seconds",
        "PT1M, * * * * *",
        "PT15M, */15 * * * *",
        "PT1H, 0 * * * *",
        "PT6H, 0 */6 * * *",
        "PT24H, 0 0 * * *",
        "PT90S, ''",
        "PT7H, ''",
        "PT1.5S, ''"
    })
    void oftenIsSaidAsPgCronSaysIt(String every, String schedule) {
        assertThat(Cron.of(Duration.parse(every)).orElse("")).isEqualTo(schedule);
    }

    @Test
    void theCommunityEditionIsServedByItsOwnPolicies() {
        Series series = series(GOOD);
        SortedMap<Table, Held> tables = new TreeMap<>();
        tables.put(Table.of("readings"), held("r", ""));
        ActualSeries actual = new ActualSeries(
                series.mark(), true, Edition.COMMUNITY, tables, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        List<Change> changes = new SeriesDiff(series, actual).changes();
        assertThat(changes).extracting(Change::risk).containsOnly(Risk.NONE);
        assertThat(changes.getFirst().statement())
                .contains("SET LOCAL ROLE \"owner\";")
                .contains(
                        "SELECT public.create_hypertable('\"public\".\"readings\"', public.by_range('at', interval '86400 seconds'), migrate_data => true);")
                .contains(
                        "public.add_dimension('\"public\".\"readings\"', public.by_hash('device', 4), if_not_exists => true);")
                .contains("SELECT public.add_retention_policy('\"public\".\"readings\"', interval '2592000 seconds');")
                .contains("SET (timescaledb.compress, timescaledb.compress_segmentby = '\"device\"');")
                .contains(
                        "SELECT public.add_compression_policy('\"public\".\"readings\"', interval '604800 seconds');");
        assertThat(changes.get(1).statement())
                .contains(
                        "CREATE MATERIALIZED VIEW \"public\".\"hourly\" WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS")
                .contains("public.time_bucket(interval '3600 seconds', \"at\", timestamptz '2000-01-03 00:00:00+00')")
                .contains("end_offset => interval '600 seconds', schedule_interval => interval '60 seconds');");
        // what a change leaves behind is what the next look finds
        actual.policies().put("readings", Series.policy(series.spec().tables().get("readings")));
        Aggregated hourly = series.aggregates().getFirst();
        actual.aggregates()
                .put(
                        "hourly",
                        new ActualSeries.Kept("", Series.digest(hourly.digest() + hourly.policy()), "", true, false));
        assertThat(new SeriesDiff(series, actual).changes()).isEmpty();
    }

    @Test
    void whatDoesNotFitIsLeftToPeopleWithASentence() {
        Series series = series(GOOD);
        assertThat(notes(series, Edition.PLAIN, held("r", "")))
                .containsExactly(
                        "main/shop: table readings is not divided by its time; the migration that makes it has to say PARTITION BY RANGE (at), or declare the extension timescaledb, which divides a plain table.");
        assertThat(notes(series, Edition.APACHE, held("p", "")))
                .singleElement()
                .asString()
                .contains("is divided by PostgreSQL itself, and TimescaleDB takes a plain table");
        assertThat(notes(
                        series,
                        Edition.APACHE,
                        new Held("r", "other", false, false, false, "date", true, true, "", 0, false)))
                .hasSize(3)
                .anySatisfy(note -> assertThat(note).contains("of type date"))
                .anySatisfy(note -> assertThat(note).contains("belongs to other, and owner keeps its chunks"))
                .anySatisfy(note -> assertThat(note).contains("shows everybody's rows together; hourly waits"));
    }

    private static List<String> notes(Series series, Edition edition, Held held) {
        SortedMap<Table, Held> tables = new TreeMap<>();
        tables.put(Table.of("readings"), held);
        ActualSeries actual = new ActualSeries(
                series.mark(), true, edition, tables, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        assertThat(new SeriesDiff(series, actual).changes()).isEmpty();
        return new SeriesNotes(series, actual).notes();
    }

    private static Held held(String kind, String hyper) {
        return new Held(kind, "owner", false, false, false, "timestamp with time zone", true, false, hyper, 0, false);
    }

    private static Series series(String settings) {
        Service<?> read =
                read(settings + "roles: { owner: { can: [ddl] } }\n").services().get("main");
        assertThat(read.settings()).isInstanceOf(PostgresSpec.class);
        @SuppressWarnings("unchecked")
        Service<PostgresSpec> service = (Service<PostgresSpec>) read;
        Declared declared = Declared.of(service, PostgresExtensions.known());
        return Series.of(
                declared,
                "shop",
                declared.databases().get("shop"),
                declared.databases().get("shop").timeseries().orElseThrow());
    }

    private static Stack read(String settings) {
        String text = """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: checked }
                spec:
                  services:
                    main:
                      engine: postgres
                """ + settings.indent(6);
        return new StackReader(Engines.register()).read("stack.yaml", text, Optional.empty());
    }
}
