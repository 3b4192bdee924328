package dev.holdfast.engines.neo4j;

import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Insight;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engine.Support;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Ready is: it answers over TLS with Holdfast's login, its database is online and takes writes, and no index of it has
 * failed. Community has no page of figures, so there is nothing to collect and no rule for an alert.
 */
final class Neo4jObservation implements Observation<Neo4jSpec> {
    static final String HEAP = "CALL dbms.queryJmx('java.lang:type=Memory') YIELD attributes"
            + " RETURN attributes.HeapMemoryUsage.value.properties.used AS used,"
            + " attributes.HeapMemoryUsage.value.properties.max AS most";

    private static final String DATABASE =
            "SHOW DATABASE neo4j YIELD name, currentStatus, statusMessage, writer, access";
    private static final String BROKEN = "SHOW INDEXES YIELD name, state, failureMessage WHERE state <> 'ONLINE'"
            + " RETURN name, state, failureMessage ORDER BY state, name";
    private static final String RUNNING = "SHOW TRANSACTIONS YIELD transactionId RETURN count(*) AS running";

    private final Neo4jSession session;
    private final Neo4jInsight insight;

    Neo4jObservation(Neo4jSession session) {
        this.session = session;
        this.insight = new Neo4jInsight(session);
    }

    @Override
    public Health probe(Service<Neo4jSpec> service, String member, Context context) {
        Neo4jSession.Door door = Neo4jSession.Door.of(service, context);
        try {
            List<Map<String, Json>> database = session.soon(door, Neo4jSession.SYSTEM, DATABASE);
            if (database.isEmpty()
                    || !Neo4jSession.text(database.getFirst(), "currentStatus").equals("online")) {
                return health(service.name(), database, List.of(), Map.of(), Map.of());
            }
            List<Map<String, Json>> broken = session.soon(door, Neo4jSession.DATABASE, BROKEN);
            List<Map<String, Json>> running = session.soon(door, Neo4jSession.DATABASE, RUNNING);
            List<Map<String, Json>> heap = session.soon(door, Neo4jSession.DATABASE, HEAP);
            return health(service.name(), database, broken, first(running), first(heap));
        } catch (IOException e) {
            Neo4jSession.Failure failure = Neo4jSession.failure(e, door);
            return new Health.NotReady(failure.because(), failure.next());
        }
    }

    private static Map<String, Json> first(List<Map<String, Json>> rows) {
        return rows.isEmpty() ? Map.of() : rows.getFirst();
    }

    /** What the answers of a server say. Pure. */
    static Health health(
            String service,
            List<Map<String, Json>> database,
            List<Map<String, Json>> broken,
            Map<String, Json> running,
            Map<String, Json> heap) {
        String log = "Read the service's log with `holdfast logs " + service + "`.";
        Map<String, Json> state = first(database);
        String status = Neo4jSession.text(state, "currentStatus");
        if (!status.equals("online")) {
            return new Health.NotReady(
                    "its database is " + (status.isEmpty() ? "not there" : status) + ": "
                            + Neo4jSession.text(state, "statusMessage"),
                    "Look for a full disk where the stack's data lives. " + log);
        }
        if (!Neo4jSession.text(state, "writer").equals("true")
                || !Neo4jSession.text(state, "access").equals("read-write")) {
            return new Health.Impaired(
                    "its database takes no writes (" + Neo4jSession.text(state, "access") + ")",
                    "Look for a full disk where the stack's data lives. " + log);
        }
        for (Map<String, Json> index : broken) {
            if (Neo4jSession.text(index, "state").equals("FAILED")) {
                String name = Neo4jSession.text(index, "name");
                return new Health.Impaired(
                        "index '" + name + "' has failed: "
                                + Neo4jSession.text(index, "failureMessage")
                                        .lines()
                                        .findFirst()
                                        .orElse(""),
                        "Drop it with `holdfast connect " + service + "` (`DROP INDEX " + Neo4jText.quoted(name)
                                + "`), and run `holdfast apply`.");
            }
        }
        List<String> evidence = new ArrayList<>();
        evidence.add("it answers over TLS, its database is online and takes writes");
        // this question is one of them
        long others = Math.max(0, number(running, "running") - 1);
        evidence.add(others + (others == 1 ? " transaction" : " transactions") + " under way");
        if (number(heap, "most") > 0) {
            evidence.add(number(heap, "used") * 100 / number(heap, "most") + " % of its heap used");
        }
        if (!broken.isEmpty()) {
            evidence.add(broken.size() + (broken.size() == 1 ? " index is" : " indexes are") + " being filled");
        }
        return new Health.Ready(String.join(", ", evidence));
    }

    static long number(Map<String, Json> row, String column) {
        try {
            return Long.parseLong(Neo4jSession.text(row, column));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public List<Scrape> scrapes(Service<Neo4jSpec> service) {
        return List.of();
    }

    @Override
    public List<AlertRules> alerts(Service<Neo4jSpec> service) {
        return List.of();
    }

    @Override
    public Support<Insight<Neo4jSpec>> insight() {
        return Support.offered(insight);
    }
}
