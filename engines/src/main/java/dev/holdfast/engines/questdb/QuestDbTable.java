package dev.holdfast.engines.questdb;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One table, as the file wants it or as the server has it.
 *
 * @param timestamp the column of its time; without one it is not partitioned
 * @param keys the columns that tell rows apart, the timestamp among them; empty where rows are not deduplicated
 */
record QuestDbTable(
        String name,
        List<Column> columns,
        Optional<String> timestamp,
        String partition,
        Optional<QuestDbTtl> ttl,
        SortedSet<String> keys) {
    private static final String NONE = "none";

    QuestDbTable {
        columns = List.copyOf(columns);
        keys = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(keys));
    }

    /** A column; {@code type} in small letters. */
    record Column(String name, String type) {
        /** As the file writes it: the name, a space, the type. */
        static Column of(String text) {
            int space = text.indexOf(' ');
            return new Column(
                    text.substring(0, space), text.substring(space + 1).strip().toLowerCase(Locale.ROOT));
        }

        /** The type without its size. */
        String base() {
            int bracket = type.indexOf('(');
            return bracket < 0 ? type : type.substring(0, bracket);
        }

        String words() {
            return quoted(name) + " " + type.toUpperCase(Locale.ROOT);
        }
    }

    static QuestDbTable desired(String name, QuestDbSpec.Table table) {
        SortedSet<String> keys = new TreeSet<>(table.deduplicate());
        if (!keys.isEmpty()) {
            table.timestamp().ifPresent(keys::add);
        }
        return new QuestDbTable(
                name,
                table.columns().stream().map(Column::of).toList(),
                table.timestamp(),
                table.timestamp().isPresent() ? table.partition().word() : NONE,
                table.ttl().map(QuestDbTtl::of),
                keys);
    }

    Optional<Column> column(String column) {
        return columns.stream()
                .filter(one -> one.name().equalsIgnoreCase(column))
                .findFirst();
    }

    String created() {
        StringBuilder text = new StringBuilder("CREATE TABLE IF NOT EXISTS " + quoted(name) + " (");
        text.append(columns.stream().map(Column::words).collect(Collectors.joining(", ")))
                .append(')');
        timestamp.ifPresent(at -> {
            text.append(" TIMESTAMP(").append(quoted(at)).append(") PARTITION BY ");
            text.append(partition.toUpperCase(Locale.ROOT));
            ttl.ifPresent(span -> text.append(" TTL ").append(span.words()));
            text.append(" WAL");
            if (!keys.isEmpty()) {
                text.append(" DEDUP UPSERT KEYS(").append(quoted(keys)).append(')');
            }
        });
        return text.toString();
    }

    static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    static String quoted(SortedSet<String> identifiers) {
        return identifiers.stream().map(QuestDbTable::quoted).collect(Collectors.joining(", "));
    }
}
