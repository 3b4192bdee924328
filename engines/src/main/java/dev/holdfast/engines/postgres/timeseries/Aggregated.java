package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.TimeseriesSpec.Aggregate;
import dev.holdfast.engines.postgres.tenancy.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One continuous aggregate as it is meant, kept by Holdfast's own log and watermark. Pure; the one place where it becomes SQL.
 *
 * @param time the column of its source
 */
record Aggregated(Series series, String name, Aggregate spec, String time) {
    /** Where buckets begin to be counted: a Monday, as TimescaleDB has it. */
    static final String ORIGIN = "timestamptz '2000-01-03 00:00:00+00'";

    Table view() {
        return Table.of(name);
    }

    Table source() {
        return Table.of(spec.from());
    }

    /** A word that changes with what is computed, so that what was written down is worth nothing any longer. */
    String digest() {
        return Series.digest(select() + " " + source().sql() + where() + series.path());
    }

    String policy() {
        return interval(spec.refresh().delay()) + ", " + interval(spec.refresh().every());
    }

    /** Makes it, or makes its functions and its view anew without touching what is written down. */
    String creation() {
        return filled(Series.digest(filled("")));
    }

    String mark() {
        return Series.digest(filled(""));
    }

    private String filled(String mark) {
        return Beside.text(Aggregated.class, "aggregate.sql")
                .strip()
                .replace("{{view-in-text}}", view().sql().replace("'", "''").replace("%", "%%"))
                .replace("{{view-text}}", view().literal())
                .replace("{{view}}", view().sql())
                .replace("{{owner}}", Sql.name(series.owner()))
                .replace("{{path}}", series.path())
                .replace("{{rows}}", rows())
                .replace("{{index}}", Sql.name(Series.shortened("bucket " + view())))
                .replace("{{name}}", Sql.text(view().toString()))
                .replace("{{source-text}}", source().literal())
                .replace("{{source}}", source().sql())
                .replace("{{time-text}}", Sql.text(time))
                .replace("{{time}}", Sql.name(time))
                .replace("{{width}}", interval(spec.bucket()))
                .replace("{{last}}", "(" + interval(spec.bucket()) + " - interval '1 microsecond')")
                .replace("{{delay}}", interval(spec.refresh().delay()))
                .replace("{{every}}", interval(spec.refresh().every()))
                .replace("{{fill-text}}", Sql.text(fill()))
                .replace("{{fill}}", Sql.name(fill()))
                .replace("{{note-text}}", Sql.text(note(source())))
                .replace("{{note}}", Sql.name(note(source())))
                .replace("{{digest}}", Sql.text(digest()))
                .replace("{{origin}}", ORIGIN)
                .replace("{{names}}", names())
                .replace("{{groups}}", groups())
                .replace("{{where}}", where())
                .replace("{{select}}", select())
                .replace("{{mark}}", mark);
    }

    /** The same question in the words of TimescaleDB's own continuous aggregates. */
    String continuous() {
        return select().replace(bucket(), timeBucket()) + "\nFROM " + source().sql()
                + spec.where().map(text -> "\nWHERE " + oneLine(text)).orElse("") + "\nGROUP BY "
                + groups().replace(bucket(), timeBucket());
    }

    private String timeBucket() {
        return "public.time_bucket(" + interval(spec.bucket()) + ", " + Sql.name(time) + ", " + ORIGIN + ")";
    }

    /** The line that says what was made. */
    String line() {
        return "INSERT INTO holdfast_series.aggregates (name, source, time_column, width, delay, every, fill, digest)\n  VALUES ("
                + String.join(
                        ", ",
                        Sql.text(view().toString()),
                        source().literal(),
                        Sql.text(time),
                        interval(spec.bucket()),
                        policy(),
                        "''",
                        Sql.text(Series.digest(digest() + policy())))
                + ");";
    }

    String job() {
        return "SELECT holdfast_series.refresh(" + Sql.text(view().toString()) + ")";
    }

    static String dropping(Table view) {
        return "DROP VIEW IF EXISTS " + view.sql() + ";\nDROP TABLE IF EXISTS " + rows(view)
                + ";\nDROP FUNCTION IF EXISTS holdfast_series." + Sql.name(fill(view)) + "(timestamptz, timestamptz);\n"
                + forgetting(view);
    }

    static String forgetting(Table view) {
        return "DELETE FROM holdfast_series.log WHERE aggregate IN (SELECT id FROM holdfast_series.aggregates WHERE name = "
                + Sql.text(view.toString()) + ");\nDELETE FROM holdfast_series.aggregates WHERE name = "
                + Sql.text(view.toString()) + ";";
    }

    private String rows() {
        return rows(view());
    }

    static String rows(Table view) {
        return "holdfast_series." + Sql.name(Series.shortened("rows " + view));
    }

    private String fill() {
        return fill(view());
    }

    static String fill(Table view) {
        return Series.shortened("fill " + view);
    }

    static String note(Table source) {
        return Series.shortened("note " + source);
    }

    private String bucket() {
        return "pg_catalog.date_bin(" + interval(spec.bucket()) + ", " + Sql.name(time) + ", " + ORIGIN + ")";
    }

    private String select() {
        List<String> columns = new ArrayList<>(List.of(bucket() + " AS bucket"));
        spec.by().forEach(column -> columns.add(Sql.name(column)));
        spec.columns().forEach((name, expression) -> columns.add(oneLine(expression) + " AS " + Sql.name(name)));
        return "SELECT " + String.join(", ", columns);
    }

    private String names() {
        List<String> names = new ArrayList<>(List.of("r.bucket"));
        spec.by().forEach(column -> names.add("r." + Sql.name(column)));
        spec.columns().keySet().forEach(name -> names.add("r." + Sql.name(name)));
        return String.join(", ", names);
    }

    private String groups() {
        List<String> groups = new ArrayList<>(List.of(bucket()));
        spec.by().forEach(column -> groups.add(Sql.name(column)));
        return String.join(", ", groups);
    }

    private String where() {
        return spec.where().map(text -> " AND (" + oneLine(text) + ")").orElse("");
    }

    /** A statement is kept in lines, and an empty one would end it. */
    static String oneLine(String expression) {
        return expression
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" "));
    }

    static String interval(Duration duration) {
        return "interval '" + duration.toMillis() / 1000
                + (duration.toMillis() % 1000 == 0
                        ? ""
                        : "." + String.format(java.util.Locale.ROOT, "%03d", duration.toMillis() % 1000))
                + " seconds'";
    }
}
