package dev.holdfast.engines.neo4j;

import dev.holdfast.text.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Constraints and indexes that no stack file declares. */
record Neo4jForeign(Neo4jSession session, Neo4jSession.Door door) {

    /** Drops all but those; what finds nodes by their label alone is the server's own. */
    void drop(Set<String> kept) throws IOException {
        List<Neo4jSession.Statement> statements = new ArrayList<>();
        for (Map<String, Json> row : session.rows(door, Neo4jSession.DATABASE, "SHOW CONSTRAINTS YIELD name")) {
            drop("CONSTRAINT ", Neo4jSession.text(row, "name"), kept, statements);
        }
        for (Map<String, Json> row : session.rows(
                door,
                Neo4jSession.DATABASE,
                "SHOW INDEXES YIELD name, type, owningConstraint WHERE type <> 'LOOKUP' AND owningConstraint IS NULL"
                        + " RETURN name")) {
            drop("INDEX ", Neo4jSession.text(row, "name"), kept, statements);
        }
        if (!statements.isEmpty()) {
            session.run(door, Neo4jSession.DATABASE, statements);
        }
    }

    private static void drop(String word, String name, Set<String> kept, List<Neo4jSession.Statement> statements) {
        if (!kept.contains(name)) {
            statements.add(Neo4jSession.Statement.of("DROP " + word + Neo4jText.quoted(name) + " IF EXISTS"));
        }
    }
}
