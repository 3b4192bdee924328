package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Statement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An index that would help.
 *
 * @param keys its columns and expressions as SQL writes them
 * @param parts the tables that hold the rows, where the table is partitioned
 * @param isNested whether there are partitions of partitions
 */
record NewIndex(String database, String schema, String table, List<String> keys, List<String> parts, boolean isNested) {
    private static final int LONGEST_NAME = 63;

    NewIndex {
        keys = List.copyOf(keys);
        parts = List.copyOf(parts);
    }

    static NewIndex on(String database, Facts table, List<String> keys) {
        return new NewIndex(
                database,
                table.text("schema"),
                table.text("name"),
                keys,
                table.is("partitioned") ? table.texts("parts") : List.of(),
                table.is("nested"));
    }

    String target() {
        return Said.named(schema, table);
    }

    private String columns() {
        return " (" + String.join(", ", keys) + ")";
    }

    /** Whether rows of that table are found by those columns with it. */
    boolean serves(String otherSchema, String otherTable, List<String> columns) {
        List<String> wanted = columns.stream().map(Said::quoted).toList();
        return schema.equals(otherSchema)
                && table.equals(otherTable)
                && keys.size() >= wanted.size()
                && Set.copyOf(keys.subList(0, wanted.size())).equals(Set.copyOf(wanted));
    }

    /** As it is shown, without a name. */
    String shown() {
        return target() + columns();
    }

    /** What a planner can be told on one of the tables that hold rows. */
    String imagined(String part) {
        return "CREATE INDEX ON " + part + columns();
    }

    /**
     * Without holding up anybody who writes. On a partitioned table that takes an index for each partition, and one above
     * them that becomes valid with the last.
     */
    Remedy remedy(String why) {
        if (parts.isEmpty()) {
            return new Remedy(
                    why + " CONCURRENTLY lets everybody go on; it is no part of a transaction.",
                    List.of(Said.in(
                            database, "CREATE INDEX CONCURRENTLY " + name(table) + " ON " + target() + columns())));
        }
        if (isNested) {
            return new Remedy(
                    why
                            + " The table is partitioned more than once: writing waits while this is built, so choose a quiet moment.",
                    List.of(Said.in(database, "CREATE INDEX " + name(table) + " ON " + target() + columns())));
        }
        List<Statement> statements = new ArrayList<>();
        statements.add(Said.in(database, "CREATE INDEX " + name(table) + " ON ONLY " + target() + columns()));
        for (String part : parts) {
            String bare = part.substring(part.lastIndexOf('.') + 1).replace("\"", "");
            statements.add(Said.in(database, "CREATE INDEX CONCURRENTLY " + name(bare) + " ON " + part + columns()));
            statements.add(Said.in(
                    database,
                    "ALTER INDEX " + Said.quoted(schema) + "." + name(table) + " ATTACH PARTITION "
                            + part.substring(0, part.lastIndexOf('.') + 1) + name(bare)));
        }
        return new Remedy(
                why
                        + " The table is partitioned: each partition gets its own without holding up anybody, then the whole is valid.",
                statements);
    }

    private String name(String of) {
        StringBuilder name = new StringBuilder(of.toLowerCase(Locale.ROOT));
        for (String key : keys) {
            name.append('_').append(key.toLowerCase(Locale.ROOT));
        }
        String plain = name.toString().replaceAll("[^a-z0-9_]+", "_").replaceAll("_+$", "");
        String suffix = "_idx";
        int most = LONGEST_NAME - suffix.length();
        while (plain.getBytes(StandardCharsets.UTF_8).length > most) {
            plain = plain.substring(0, plain.length() - 1);
        }
        return Said.quoted(plain + suffix);
    }
}
