package dev.holdfast.engines.neo4j;

import dev.holdfast.engine.Cutting;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was committed is in the transaction logs, from which the copy recovers. The database with the users does not come
 * along: the copy makes its own, with the passwords of its place, and so none of the source's opens it.
 */
final class Neo4jCutting implements Cutting<Neo4jSpec> {
    @Override
    public List<String> leftOut(Service<Neo4jSpec> service) {
        return List.of("logs", "data/databases/system", "data/transactions/system", "data/server_id");
    }

    @Override
    public SortedMap<String, String> renewed(Service<Neo4jSpec> service) {
        return new TreeMap<>(Map.of("data/dbms/auth.ini", "auth.ini"));
    }
}
