package dev.holdfast.engines.questdb;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Insight;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import dev.holdfast.text.Nearest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What QuestDB tells of its tables, its views and the queries that run. */
final class QuestDbInsight implements Insight<QuestDbSpec> {
    private static final Topic TABLES = new Topic(
            "tables", "each table: its rows, its parts on disk, and what is written and not yet applied", List.of());
    private static final Topic VIEWS = new Topic("views", "each view: whether it is kept, and since when", List.of());
    private static final Topic QUERIES = new Topic("queries", "what runs now, the longest first", List.of());
    private static final long BEHIND = 1_000;
    private static final long LONG_QUERY_SECONDS = 60;

    private final QuestDbSession session;

    QuestDbInsight(QuestDbSession session) {
        this.session = session;
    }

    @Override
    public List<Topic> topics() {
        return List.of(TABLES, VIEWS, QUERIES);
    }

    @Override
    public Answer answer(Question question, Service<QuestDbSpec> service, Context context) {
        QuestDbSession.Door door = QuestDbSession.Door.of(service, context);
        try {
            return switch (question.topic()) {
                case "tables" -> tables(door, question);
                case "views" -> views(door, question);
                case "queries" -> queries(door, question);
                default -> {
                    List<String> names = topics().stream().map(Topic::name).toList();
                    throw new HoldfastException(Problem.of(
                            Code.HF3550,
                            "QuestDB has no report '" + question.topic() + "'",
                            Nearest.to(question.topic(), names)
                                    .map(near -> "Did you mean '" + near + "'?")
                                    .orElse("It has " + String.join(", ", names) + ".")));
                }
            };
        } catch (IOException e) {
            throw QuestDbSession.refused(e, door);
        }
    }

    private Answer tables(QuestDbSession.Door door, Question question) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Map<String, String> wal : session.rows(
                door,
                "SELECT t.table_name AS name, t.partitionBy AS parted, w.suspended AS suspended, w.writerTxn AS applied,"
                        + " w.sequencerTxn AS written, w.errorMessage AS message"
                        + " FROM tables() t LEFT JOIN wal_tables() w ON w.name = t.table_name ORDER BY t.table_name")) {
            String name = wal.getOrDefault("name", "");
            if (name.equals(QuestDbSchema.OWN)
                    || question.thing().filter(thing -> !thing.equals(name)).isPresent()) {
                continue;
            }
            long behind = Math.max(0, number(wal, "written") - number(wal, "applied"));
            List<Finding> findings = new ArrayList<>();
            if ("true".equals(wal.get("suspended"))) {
                findings.add(new Finding(
                        Severity.CRITICAL,
                        "table '" + name + "'",
                        "applying what is written to it has stopped: " + wal.getOrDefault("message", "no reason given"),
                        new Remedy(
                                "Mend the cause, then let it go on.",
                                List.of(new Statement(
                                        Optional.empty(),
                                        "ALTER TABLE " + QuestDbTable.quoted(name) + " RESUME WAL")))));
            } else if (behind > BEHIND) {
                findings.add(new Finding(
                        Severity.WARNING,
                        "table '" + name + "'",
                        behind + " transactions are written and not yet applied",
                        Remedy.of("Write larger batches, or raise `resources.cpu` of the service.")));
            }
            Map<String, String> parts = session
                    .rows(
                            door,
                            "SELECT count() AS parts, sum(numRows) AS held, sum(diskSize) AS size FROM table_partitions('"
                                    + name.replace("'", "''") + "')")
                    .stream()
                    .findFirst()
                    .orElse(Map.of());
            rows.add(new Row(
                    "",
                    List.of(
                            Json.text(name),
                            Json.text(wal.getOrDefault("parted", "").toLowerCase(java.util.Locale.ROOT)),
                            Json.number(number(parts, "parts")),
                            Json.number(number(parts, "held")),
                            Json.number(number(parts, "size")),
                            Json.number(behind)),
                    findings));
        }
        return new Answer(
                TABLES.name(),
                List.of(
                        new Column("table", Unit.TEXT),
                        new Column("partition", Unit.TEXT),
                        new Column("parts", Unit.COUNT),
                        new Column("rows", Unit.COUNT),
                        new Column("size", Unit.BYTES),
                        new Column("behind", Unit.COUNT)),
                worstFirst(rows, question.most()),
                List.of("`behind` counts transactions that are safe in the table's log and that no query sees yet."));
    }

    private Answer views(QuestDbSession.Door door, Question question) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Map<String, String> view : session.rows(door, "SELECT * FROM materialized_views() ORDER BY view_name")) {
            String name = view.getOrDefault("view_name", "");
            if (question.thing().filter(thing -> !thing.equals(name)).isPresent()) {
                continue;
            }
            List<Finding> findings = new ArrayList<>();
            if ("invalid".equals(view.get("view_status"))) {
                findings.add(new Finding(
                        Severity.CRITICAL,
                        "view '" + name + "'",
                        "it is kept no longer: " + view.getOrDefault("invalidation_reason", "no reason given"),
                        new Remedy(
                                "Compute it anew.",
                                List.of(new Statement(
                                        Optional.empty(),
                                        "REFRESH MATERIALIZED VIEW " + QuestDbTable.quoted(name) + " FULL")))));
            }
            rows.add(new Row(
                    "",
                    List.of(
                            Json.text(name),
                            Json.text(view.getOrDefault("base_table_name", "")),
                            Json.text(view.getOrDefault("refresh_type", "")),
                            Json.text(view.getOrDefault("view_status", "")),
                            Json.text(view.getOrDefault("last_refresh_finish_timestamp", ""))),
                    findings));
        }
        return new Answer(
                VIEWS.name(),
                List.of(
                        new Column("view", Unit.TEXT),
                        new Column("table", Unit.TEXT),
                        new Column("refresh", Unit.TEXT),
                        new Column("state", Unit.TEXT),
                        new Column("refreshed", Unit.TEXT)),
                worstFirst(rows, question.most()),
                List.of());
    }

    private Answer queries(QuestDbSession.Door door, Question question) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Map<String, String> query : session.rows(
                door,
                "SELECT query_id, username, datediff('s', query_start, now()) AS seconds, state, query"
                        + " FROM query_activity() ORDER BY query_start")) {
            String text = query.getOrDefault("query", "");
            if (text.contains("query_activity()")) {
                continue;
            }
            long seconds = number(query, "seconds");
            List<Finding> findings = new ArrayList<>();
            if (seconds > LONG_QUERY_SECONDS) {
                findings.add(new Finding(
                        Severity.ADVICE,
                        "query " + query.getOrDefault("query_id", "?"),
                        "it has been running for " + seconds + "s",
                        new Remedy(
                                "End it where nobody waits for it.",
                                List.of(new Statement(
                                        Optional.empty(), "CANCEL QUERY " + query.getOrDefault("query_id", "?"))))));
            }
            rows.add(new Row(
                    "",
                    List.of(
                            Json.text(query.getOrDefault("query_id", "")),
                            Json.text(query.getOrDefault("username", "")),
                            Json.number(seconds),
                            Json.text(query.getOrDefault("state", "")),
                            Json.text(text)),
                    findings));
        }
        return new Answer(
                QUERIES.name(),
                List.of(
                        new Column("id", Unit.TEXT),
                        new Column("user", Unit.TEXT),
                        new Column("seconds", Unit.SECONDS),
                        new Column("state", Unit.TEXT),
                        new Column("query", Unit.TEXT)),
                rows.stream().limit(question.most()).toList(),
                List.of());
    }

    private static List<Row> worstFirst(List<Row> rows, int most) {
        return rows.stream()
                .sorted(Comparator.comparing(Row::severity))
                .limit(most)
                .toList();
    }

    private static long number(Map<String, String> row, String key) {
        try {
            return Long.parseLong(row.getOrDefault(key, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
