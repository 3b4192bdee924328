package dev.holdfast.engines.neo4j;

import java.util.List;
import java.util.stream.Collectors;

/** Names as Cypher writes them. */
final class Neo4jText {
    private Neo4jText() {}

    static String quoted(String name) {
        return '`' + name.replace("`", "``") + '`';
    }

    /** {@code x.`a`, x.`b`}. */
    static String properties(String variable, List<String> properties) {
        return properties.stream()
                .map(property -> variable + "." + quoted(property))
                .collect(Collectors.joining(", "));
    }
}
