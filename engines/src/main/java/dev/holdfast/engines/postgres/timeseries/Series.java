package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.MigrationsSpec;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.TimeseriesSpec;
import dev.holdfast.engines.postgres.TimeseriesSpec.Chunked;
import dev.holdfast.engines.postgres.tenancy.Table;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The time series of one database as they are meant. Pure; the one place where they become SQL. All of it belongs to the
 * role that owns the tables and is done as that role: what a file says to compute never runs with Holdfast's own rights.
 *
 * @param home the database whose jobs pg_cron runs
 */
record Series(
        String service, String database, TimeseriesSpec spec, String owner, List<String> searchPath, String home) {
    /** How often partitions are made and dropped. */
    static final Duration KEEPING = Duration.ofMinutes(5);

    Series {
        searchPath = List.copyOf(searchPath);
    }

    static Series of(Declared declared, String name, Database database, TimeseriesSpec spec) {
        return new Series(
                declared.service().name(),
                name,
                spec,
                database.migrations().flatMap(MigrationsSpec::role).orElseGet(() -> declared.owner(name)),
                declared.searchPath(name),
                declared.homeOf("pg_cron").orElse(name));
    }

    List<Aggregated> aggregates() {
        List<Aggregated> aggregates = new ArrayList<>();
        spec.aggregates()
                .forEach((name, aggregate) -> table(aggregate.from())
                        .ifPresent(table -> aggregates.add(new Aggregated(this, name, aggregate, table.time()))));
        return aggregates;
    }

    Optional<Chunked> table(String written) {
        return spec.tables().entrySet().stream()
                .filter(entry -> Table.of(entry.getKey()).equals(Table.of(written)))
                .map(java.util.Map.Entry::getValue)
                .findFirst();
    }

    /** For the functions that compute: never a schema that is not named, temporary ones last. */
    String path() {
        List<String> path = new ArrayList<>(List.of("pg_catalog"));
        searchPath.forEach(schema -> path.add(Sql.name(schema)));
        path.add("pg_temp");
        return String.join(", ", path);
    }

    /** The schema and the functions; the second batch is done as their owner. */
    String installation(String connect) {
        return connect + filled("schema.sql", "") + "\n\n" + connect + filled("install.sql", mark());
    }

    String mark() {
        return digest(filled("schema.sql", "") + filled("install.sql", ""));
    }

    private String filled(String file, String mark) {
        return Beside.text(Series.class, file)
                .strip()
                .replace("{{owner}}", Sql.name(owner))
                .replace("{{owner-text}}", Sql.text(Sql.name(owner)))
                .replace("{{metrics}}", Sql.name(Declared.METRICS))
                .replace("{{origin}}", Aggregated.ORIGIN)
                .replace("{{mark}}", mark);
    }

    /** The line of a table, as it is written and as it is observed. */
    static List<String> policy(Chunked table) {
        return List.of(
                table.time(),
                seconds(table.chunk()),
                Integer.toString(table.ahead()),
                table.space().map(space -> space.column() + " " + space.parts()).orElse(""),
                table.retention().map(Series::seconds).orElse(""));
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }

    /** Writes the line of a table. */
    String keeping(Table table, Chunked chunked) {
        List<String> values = List.of(
                Sql.text(table.toString()),
                table.literal(),
                Sql.text(chunked.time()),
                Aggregated.interval(chunked.chunk()),
                Integer.toString(chunked.ahead()),
                chunked.space().map(space -> Sql.text(space.column())).orElse("NULL"),
                chunked.space().map(space -> Integer.toString(space.parts())).orElse("NULL"),
                chunked.retention().map(Aggregated::interval).orElse("NULL"));
        return asOwner()
                + "INSERT INTO holdfast_series.tables (name, relation, time_column, chunk, ahead, space_column, space_parts, retention)\n  VALUES ("
                + String.join(", ", values)
                + ")\n  ON CONFLICT (name) DO UPDATE SET relation = excluded.relation, time_column = excluded.time_column, chunk = excluded.chunk, ahead = excluded.ahead, space_column = excluded.space_column, space_parts = excluded.space_parts, retention = excluded.retention;";
    }

    String asOwner() {
        return "SET LOCAL ROLE " + Sql.name(owner) + ";\n";
    }

    /** The jobs of pg_cron that this needs, by name. */
    static String job(String database, String what) {
        return "holdfast series " + database + " " + what;
    }

    static String shortened(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length <= 63
                ? name
                : name.substring(0, Math.min(name.length(), 30)) + " " + digest(name);
    }

    static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String listed(List<String> words) {
        return words.stream().collect(Collectors.joining(", "));
    }
}
