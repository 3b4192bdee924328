package dev.holdfast.engines.questdb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a server has: its tables and views with their shapes, and which of them Holdfast made. */
record QuestDbActual(
        SortedMap<String, QuestDbTable> tables,
        SortedMap<String, QuestDbView> views,
        Set<String> ownTables,
        Set<String> ownViews) {

    static QuestDbActual none() {
        return new QuestDbActual(new TreeMap<>(), new TreeMap<>(), Set.of(), Set.of());
    }

    /** @param wanted the tables whose columns are worth asking for */
    static QuestDbActual read(QuestDbSession session, QuestDbSession.Door door, Set<String> wanted) throws IOException {
        SortedMap<String, Map<String, String>> listed = new TreeMap<>();
        for (Map<String, String> row : session.rows(door, "SELECT * FROM tables()")) {
            listed.put(row.getOrDefault("table_name", ""), row);
        }
        SortedMap<String, QuestDbView> views = new TreeMap<>();
        for (Map<String, String> row : session.rows(door, "SELECT * FROM materialized_views()")) {
            String name = row.getOrDefault("view_name", "");
            views.put(
                    name, view(name, row, Optional.ofNullable(listed.get(name)).orElse(Map.of())));
        }
        SortedMap<String, QuestDbTable> tables = new TreeMap<>();
        for (Map.Entry<String, Map<String, String>> entry : listed.entrySet()) {
            String name = entry.getKey();
            if (!views.containsKey(name) && !name.equals(QuestDbSchema.OWN)) {
                List<Map<String, String>> columns = wanted.contains(name)
                        ? session.rows(
                                door,
                                "SELECT \"column\", type, upsertKey FROM table_columns('" + name.replace("'", "''")
                                        + "')")
                        : List.of();
                tables.put(name, table(name, entry.getValue(), columns));
            }
        }
        Set<String> ownTables = new TreeSet<>();
        Set<String> ownViews = new TreeSet<>();
        if (listed.containsKey(QuestDbSchema.OWN)) {
            for (Map<String, String> mark : session.rows(door, QuestDbSchema.MARKS)) {
                if ("true".equals(mark.get("kept"))) {
                    (QuestDbSchema.VIEW.equals(mark.get("kind")) ? ownViews : ownTables)
                            .add(mark.getOrDefault("name", ""));
                }
            }
        }
        return new QuestDbActual(tables, views, ownTables, ownViews);
    }

    private static QuestDbTable table(String name, Map<String, String> row, List<Map<String, String>> columns) {
        List<QuestDbTable.Column> shape = new ArrayList<>();
        SortedSet<String> keys = new TreeSet<>();
        for (Map<String, String> column : columns) {
            String title = column.getOrDefault("column", "");
            shape.add(new QuestDbTable.Column(title, lower(column, "type")));
            if ("true".equals(column.get("upsertKey"))) {
                keys.add(title);
            }
        }
        return new QuestDbTable(
                name,
                shape,
                Optional.ofNullable(row.get("designatedTimestamp")),
                lower(row, "partitionBy"),
                ttl(row),
                keys);
    }

    private static QuestDbView view(String name, Map<String, String> row, Map<String, String> table) {
        boolean broken = "invalid".equals(row.get("view_status"));
        return new QuestDbView(
                name,
                row.getOrDefault("view_sql", "").strip(),
                Optional.ofNullable(row.get("base_table_name")),
                lower(row, "refresh_type"),
                lower(table, "partitionBy"),
                ttl(table),
                broken ? Optional.of(row.getOrDefault("invalidation_reason", "no reason given")) : Optional.empty());
    }

    private static Optional<QuestDbTtl> ttl(Map<String, String> row) {
        return QuestDbTtl.observed(
                Long.parseLong(row.getOrDefault("ttlValue", "0")), row.getOrDefault("ttlUnit", "HOUR"));
    }

    private static String lower(Map<String, String> row, String key) {
        return row.getOrDefault(key, "").toLowerCase(Locale.ROOT);
    }
}
