package dev.holdfast.engines.neo4j;

import dev.holdfast.text.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What was applied to a graph, kept in the graph itself: a node a version, of which a constraint lets there be one only, so
 * that two who run the same file at once cannot both succeed.
 */
final class Neo4jRecord {
    private static final String LABEL = "__HoldfastMigration";
    private static final String CONSTRAINT = "CREATE CONSTRAINT holdfast_migration_version IF NOT EXISTS FOR (m:"
            + LABEL + ") REQUIRE (m.version) IS UNIQUE";
    private static final String READ =
            "MATCH (m:" + LABEL + ") RETURN m.version AS version, m.description AS description,"
                    + " m.script AS script, m.checksum AS checksum, m.at AS at, m.by AS by, m.millis AS millis, m.done AS done,"
                    + " m.complete AS complete, m.failure AS failure";

    private final Neo4jSession session;
    private final Neo4jSession.Door door;

    Neo4jRecord(Neo4jSession session, Neo4jSession.Door door) {
        this.session = session;
        this.door = door;
    }

    /**
     * One version that was begun.
     *
     * @param done how many of its statements
     * @param failure why it stopped; empty where it did not, or was killed
     */
    record Row(
            String version,
            String description,
            String script,
            String checksum,
            Instant at,
            String by,
            long millis,
            int done,
            boolean isComplete,
            String failure) {}

    List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Map<String, Json> row : session.rows(door, Neo4jSession.DATABASE, READ)) {
            rows.add(new Row(
                    Neo4jSession.text(row, "version"),
                    Neo4jSession.text(row, "description"),
                    Neo4jSession.text(row, "script"),
                    Neo4jSession.text(row, "checksum"),
                    Instant.ofEpochMilli(Neo4jObservation.number(row, "at")),
                    Neo4jSession.text(row, "by"),
                    Neo4jObservation.number(row, "millis"),
                    Math.toIntExact(Neo4jObservation.number(row, "done")),
                    Neo4jSession.text(row, "complete").equals("true"),
                    Neo4jSession.text(row, "failure")));
        }
        rows.sort((one, other) -> Neo4jScript.compare(one.version(), other.version()));
        return rows;
    }

    void prepare() throws IOException {
        session.run(door, Neo4jSession.DATABASE, List.of(Neo4jSession.Statement.of(CONSTRAINT)));
    }

    /** Goes into the transaction of the file itself where there is one. */
    static Neo4jSession.Statement begun(Neo4jScript file, Instant now, boolean isComplete) {
        return new Neo4jSession.Statement(
                "CREATE (:" + LABEL + " {version: $version, description: $description, script: $script,"
                        + " checksum: $checksum, at: $at, by: $by, millis: 0, done: $done, complete: $complete, failure: ''})",
                Map.of(
                        "version", Json.text(file.version()),
                        "description", Json.text(file.description()),
                        "script", Json.text(file.name()),
                        "checksum", Json.text(file.checksum()),
                        "at", Json.number(now.toEpochMilli()),
                        "by", Json.text(Neo4jAccess.ADMINISTRATOR),
                        "done", Json.number(isComplete ? file.statements().size() : 0),
                        "complete", Json.bool(isComplete)));
    }

    void set(String version, Map<String, Json> values) throws IOException {
        session.run(
                door,
                Neo4jSession.DATABASE,
                List.of(new Neo4jSession.Statement(
                        "MATCH (m:" + LABEL + " {version: $version}) SET m += $values",
                        Map.of("version", Json.text(version), "values", new Json.Members(values)))));
    }

    void remove(String version) throws IOException {
        session.run(
                door,
                Neo4jSession.DATABASE,
                List.of(new Neo4jSession.Statement(
                        "MATCH (m:" + LABEL + " {version: $version}) DELETE m",
                        Map.of("version", Json.text(version)))));
    }
}
