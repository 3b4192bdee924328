package dev.holdfast.engines.neo4j;

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

/** What Neo4j tells of its transactions, its indexes and its memory. */
final class Neo4jInsight implements Insight<Neo4jSpec> {
    private static final Topic TRANSACTIONS =
            new Topic("transactions", "what is under way, the longest first", List.of());
    private static final Topic INDEXES =
            new Topic("indexes", "each index: its state, and how often it is read", List.of());
    private static final Topic MEMORY = new Topic("memory", "the heap, and what lies outside of it", List.of());

    private static final String UNDER_WAY =
            "SHOW TRANSACTIONS YIELD transactionId, username, status, currentQuery, elapsedTime, clientAddress"
                    + " RETURN transactionId AS id, username AS user, status, currentQuery AS query,"
                    + " elapsedTime.milliseconds AS millis, clientAddress AS client ORDER BY millis DESC";
    private static final String LISTED =
            "SHOW INDEXES YIELD name, type, state, populationPercent, entityType, labelsOrTypes, properties, readCount,"
                    + " lastRead, failureMessage";
    private static final String OUTSIDE = "CALL dbms.queryJmx('java.lang:type=Memory') YIELD attributes"
            + " RETURN 'classes and code' AS name, attributes.NonHeapMemoryUsage.value.properties.used AS used"
            + " UNION ALL CALL dbms.queryJmx('java.nio:type=BufferPool,name=direct') YIELD attributes"
            + " RETURN 'buffers' AS name, attributes.MemoryUsed.value AS used";
    private static final long LONG_MILLIS = 60_000;
    private static final long FULL_PERCENT = 90;

    private final Neo4jSession session;

    Neo4jInsight(Neo4jSession session) {
        this.session = session;
    }

    @Override
    public List<Topic> topics() {
        return List.of(TRANSACTIONS, INDEXES, MEMORY);
    }

    @Override
    public Answer answer(Question question, Service<Neo4jSpec> service, Context context) {
        Neo4jSession.Door door = Neo4jSession.Door.of(service, context);
        try {
            return switch (question.topic()) {
                case "transactions" -> transactions(door, question);
                case "indexes" -> indexes(door, question);
                case "memory" -> memory(door);
                default -> {
                    List<String> names = topics().stream().map(Topic::name).toList();
                    throw new HoldfastException(Problem.of(
                            Code.HF3550,
                            "Neo4j has no report '" + question.topic() + "'",
                            Nearest.to(question.topic(), names)
                                    .map(near -> "Did you mean '" + near + "'?")
                                    .orElse("It has " + String.join(", ", names) + ".")));
                }
            };
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
    }

    private Answer transactions(Neo4jSession.Door door, Question question) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Map<String, Json> row : session.rows(door, Neo4jSession.DATABASE, UNDER_WAY)) {
            String query = Neo4jSession.text(row, "query");
            if (query.startsWith("SHOW TRANSACTIONS YIELD transactionId, username")) {
                continue;
            }
            String id = Neo4jSession.text(row, "id");
            long millis = Neo4jObservation.number(row, "millis");
            String state = Neo4jSession.text(row, "status");
            List<Finding> findings = new ArrayList<>();
            Remedy end = new Remedy(
                    "End it where nobody waits for it.",
                    List.of(new Statement(Optional.empty(), "TERMINATE TRANSACTION '" + id + "'")));
            if (state.startsWith("Blocked")) {
                findings.add(new Finding(Severity.WARNING, "transaction " + id, "it waits for another: " + state, end));
            } else if (millis > LONG_MILLIS) {
                findings.add(new Finding(
                        Severity.ADVICE, "transaction " + id, "it has been under way for " + millis / 1000 + "s", end));
            }
            rows.add(new Row(
                    "",
                    List.of(
                            Json.text(id),
                            Json.text(Neo4jSession.text(row, "user")),
                            Json.text(Neo4jSession.text(row, "client")),
                            Json.number(millis),
                            Json.text(state),
                            Json.text(query)),
                    findings));
        }
        return new Answer(
                TRANSACTIONS.name(),
                List.of(
                        new Column("id", Unit.TEXT),
                        new Column("user", Unit.TEXT),
                        new Column("client", Unit.TEXT),
                        new Column("elapsed", Unit.MILLIS),
                        new Column("state", Unit.TEXT),
                        new Column("query", Unit.TEXT)),
                rows.stream()
                        .sorted(Comparator.comparing(Row::severity))
                        .limit(question.most())
                        .toList(),
                List.of());
    }

    private Answer indexes(Neo4jSession.Door door, Question question) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Map<String, Json> row : session.rows(door, Neo4jSession.DATABASE, LISTED)) {
            String name = Neo4jSession.text(row, "name");
            String state = Neo4jSession.text(row, "state");
            List<Finding> findings = new ArrayList<>();
            if (state.equals("FAILED")) {
                findings.add(new Finding(
                        Severity.CRITICAL,
                        "index '" + name + "'",
                        "it could not be filled: "
                                + Neo4jSession.text(row, "failureMessage")
                                        .lines()
                                        .findFirst()
                                        .orElse(""),
                        new Remedy(
                                "Drop it and make it anew.",
                                List.of(new Statement(Optional.empty(), "DROP INDEX " + Neo4jText.quoted(name))))));
            }
            rows.add(new Row(
                    "",
                    List.of(
                            Json.text(name),
                            Json.text(Neo4jSession.text(row, "type").toLowerCase(java.util.Locale.ROOT)),
                            Json.text(String.join("|", Neo4jSession.texts(row, "labelsOrTypes"))),
                            Json.text(String.join(", ", Neo4jSession.texts(row, "properties"))),
                            Json.text(state.toLowerCase(java.util.Locale.ROOT)),
                            Json.number(Math.round(decimal(row, "populationPercent"))),
                            Json.number(Neo4jObservation.number(row, "readCount")),
                            Json.text(Neo4jSession.text(row, "lastRead"))),
                    findings));
        }
        return new Answer(
                INDEXES.name(),
                List.of(
                        new Column("index", Unit.TEXT),
                        new Column("kind", Unit.TEXT),
                        new Column("of", Unit.TEXT),
                        new Column("properties", Unit.TEXT),
                        new Column("state", Unit.TEXT),
                        new Column("filled", Unit.PERCENT),
                        new Column("reads", Unit.COUNT),
                        new Column("last read", Unit.TEXT)),
                rows.stream()
                        .sorted(Comparator.comparing(Row::severity))
                        .limit(question.most())
                        .toList(),
                List.of(
                        "Reads are counted from the day the index was made; an index of a constraint is also read by writes,"
                                + " which nobody counts."));
    }

    private Answer memory(Neo4jSession.Door door) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Map<String, Json> row : session.rows(door, Neo4jSession.DATABASE, Neo4jObservation.HEAP)) {
            long used = Neo4jObservation.number(row, "used");
            long most = Neo4jObservation.number(row, "most");
            List<Finding> findings = new ArrayList<>();
            if (most > 0 && used * 100 / most > FULL_PERCENT) {
                findings.add(new Finding(
                        Severity.ADVICE,
                        "the heap",
                        used * 100 / most + " % of it is used just now, collected or not",
                        Remedy.of("Look again; where it stays so, raise `resources.memory`.")));
            }
            rows.add(new Row("", List.of(Json.text("heap"), Json.number(used), Json.number(most)), findings));
        }
        for (Map<String, Json> row : session.rows(door, Neo4jSession.DATABASE, OUTSIDE)) {
            rows.add(new Row(
                    "",
                    List.of(
                            Json.text(Neo4jSession.text(row, "name")),
                            Json.number(Neo4jObservation.number(row, "used")),
                            new Json.Null()),
                    List.of()));
        }
        return new Answer(
                MEMORY.name(),
                List.of(
                        new Column("memory", Unit.TEXT),
                        new Column("used", Unit.BYTES),
                        new Column("most", Unit.BYTES)),
                rows,
                List.of("The heap holds what is not collected yet, so much of it being used is no harm by itself."));
    }

    private static double decimal(Map<String, Json> row, String column) {
        try {
            return Double.parseDouble(Neo4jSession.text(row, column));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
