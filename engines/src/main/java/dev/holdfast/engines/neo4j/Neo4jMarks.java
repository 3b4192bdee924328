package dev.holdfast.engines.neo4j;

import dev.holdfast.text.Json;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What Holdfast made, written down as nodes of a label of its own, because users, constraints and indexes of Neo4j have no
 * comment.
 */
final class Neo4jMarks {
    static final String USER = "user";
    static final String CONSTRAINT = "constraint";
    static final String INDEX = "index";

    private static final String LABEL = "__HoldfastMade";

    private Neo4jMarks() {}

    static Set<String> read(Neo4jSession session, Neo4jSession.Door door, String kind) throws IOException {
        Set<String> names = new TreeSet<>();
        session.rows(
                        door,
                        Neo4jSession.DATABASE,
                        new Neo4jSession.Statement(
                                "MATCH (m:" + LABEL + " {kind: $kind}) RETURN m.name AS name",
                                Map.of("kind", Json.text(kind))))
                .forEach(row -> names.add(Neo4jSession.text(row, "name")));
        return names;
    }

    static Neo4jSession.Statement made(String kind, String name) {
        return new Neo4jSession.Statement("MERGE (:" + LABEL + " {kind: $kind, name: $name})", parameters(kind, name));
    }

    static Neo4jSession.Statement gone(String kind, String name) {
        return new Neo4jSession.Statement(
                "MATCH (m:" + LABEL + " {kind: $kind, name: $name}) DELETE m", parameters(kind, name));
    }

    private static Map<String, Json> parameters(String kind, String name) {
        return Map.of("kind", Json.text(kind), "name", Json.text(name));
    }
}
