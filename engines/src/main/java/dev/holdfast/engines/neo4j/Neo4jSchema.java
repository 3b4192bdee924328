package dev.holdfast.engines.neo4j;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Constraints and indexes. What the file declares is made; what people made stays; what Holdfast made and the file no
 * longer declares is proposed to go.
 */
final class Neo4jSchema implements Schema<Neo4jSpec> {
    private static final String CONSTRAINTS =
            "SHOW CONSTRAINTS YIELD name, type, entityType, labelsOrTypes, properties";
    private static final String INDEXES =
            "SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, options, owningConstraint";

    private final Neo4jSession session;
    private final Neo4jMigrations migrations;

    Neo4jSchema(Neo4jSession session, Neo4jMigrations migrations) {
        this.session = session;
        this.migrations = migrations;
    }

    @Override
    public Support<Migrations<Neo4jSpec>> migrations() {
        return Support.offered(migrations);
    }

    @Override
    public List<Change> changes(Service<Neo4jSpec> service, Context context) {
        Neo4jSession.Door door = Neo4jSession.Door.of(service, context);
        try {
            return Neo4jDiff.changes(
                    service.name(),
                    Neo4jDiff.desired(service.settings()),
                    there(door),
                    Map.of(
                            Neo4jMarks.CONSTRAINT,
                            Neo4jMarks.read(session, door, Neo4jMarks.CONSTRAINT),
                            Neo4jMarks.INDEX,
                            Neo4jMarks.read(session, door, Neo4jMarks.INDEX)));
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
    }

    @Override
    public List<Change> fromNothing(Service<Neo4jSpec> service, Context context) {
        return Neo4jDiff.changes(service.name(), Neo4jDiff.desired(service.settings()), Map.of(), Map.of());
    }

    @Override
    public void apply(Change change, Service<Neo4jSpec> service, Context context) {
        Neo4jSession.Door door = Neo4jSession.Door.of(service, context);
        String[] where = change.where().split("/", -1);
        String kind = where[1].equals("constraints") ? Neo4jMarks.CONSTRAINT : Neo4jMarks.INDEX;
        String name = where[2];
        boolean creates = change.statement().contains("CREATE ");
        try {
            if (creates) {
                // the mark first: what has none would never be proposed to go
                session.run(door, Neo4jSession.DATABASE, List.of(Neo4jMarks.made(kind, name)));
            }
            List<Neo4jSession.Statement> statements = new ArrayList<>();
            for (String statement : change.statement().split(Neo4jDiff.THEN, -1)) {
                statements.add(Neo4jSession.Statement.of(statement));
            }
            session.run(door, Neo4jSession.DATABASE, statements);
            if (!creates) {
                session.run(door, Neo4jSession.DATABASE, List.of(Neo4jMarks.gone(kind, name)));
            }
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
    }

    private SortedMap<String, Neo4jThing> there(Neo4jSession.Door door) throws IOException {
        SortedMap<String, Neo4jThing> things = new TreeMap<>();
        for (Map<String, Json> row : session.rows(door, Neo4jSession.DATABASE, INDEXES)) {
            if (Neo4jSession.text(row, "owningConstraint").isEmpty()) {
                put(things, Neo4jMarks.INDEX, row);
            }
        }
        for (Map<String, Json> row : session.rows(door, Neo4jSession.DATABASE, CONSTRAINTS)) {
            put(things, Neo4jMarks.CONSTRAINT, row);
        }
        return things;
    }

    private static void put(SortedMap<String, Neo4jThing> things, String mark, Map<String, Json> row) {
        String name = Neo4jSession.text(row, "name");
        String kind = Neo4jSession.text(row, "type");
        things.put(
                name,
                new Neo4jThing(
                        mark,
                        name,
                        kind,
                        Neo4jSession.text(row, "entityType").equals("NODE"),
                        Neo4jSession.texts(row, "labelsOrTypes"),
                        Neo4jSession.texts(row, "properties"),
                        kind.equals("VECTOR") ? shape(row) : Map.of()));
    }

    private static Map<String, String> shape(Map<String, Json> row) {
        Map<String, String> shape = new TreeMap<>();
        Json options = row.get("options");
        if (options != null) {
            options.at("indexConfig").ifPresent(config -> {
                for (String key : Set.of(Neo4jThing.DIMENSIONS, Neo4jThing.SIMILARITY)) {
                    config.longAt(key)
                            .map(number -> Long.toString(number))
                            .or(() -> config.textAt(key))
                            .ifPresent(value -> shape.put(key, value.toUpperCase(Locale.ROOT)));
                }
            });
        }
        return shape;
    }
}
