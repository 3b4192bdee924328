package dev.holdfast.engines.neo4j;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A constraint or an index, as the file wants it or as the server has it.
 *
 * @param mark {@link Neo4jMarks#CONSTRAINT} or {@link Neo4jMarks#INDEX}
 * @param kind in Neo4j's own word ({@code UNIQUENESS}, {@code VECTOR})
 * @param shape what distinguishes one of the same kind, such as the length of its vectors
 */
record Neo4jThing(
        String mark,
        String name,
        String kind,
        boolean ofNodes,
        List<String> labels,
        List<String> properties,
        Map<String, String> shape) {
    static final String DIMENSIONS = "vector.dimensions";
    static final String SIMILARITY = "vector.similarity_function";

    Neo4jThing {
        labels = List.copyOf(labels);
        properties = List.copyOf(properties);
        shape = Map.copyOf(shape);
    }

    static Neo4jThing desired(String name, Neo4jSpec.Constraint constraint) {
        boolean ofNodes = constraint.label().isPresent();
        String kind = switch (constraint.kind()) {
            case UNIQUE -> ofNodes ? "UNIQUENESS" : "RELATIONSHIP_UNIQUENESS";
            case KEY -> ofNodes ? "NODE_KEY" : "RELATIONSHIP_KEY";
            case EXISTS -> ofNodes ? "NODE_PROPERTY_EXISTENCE" : "RELATIONSHIP_PROPERTY_EXISTENCE";
        };
        return new Neo4jThing(
                Neo4jMarks.CONSTRAINT,
                name,
                kind,
                ofNodes,
                one(constraint.label().or(constraint::relationship)),
                constraint.properties(),
                Map.of());
    }

    static Neo4jThing desired(String name, Neo4jSpec.Index index) {
        return new Neo4jThing(
                Neo4jMarks.INDEX,
                name,
                index.kind().name(),
                index.label().isPresent(),
                one(index.label().or(index::relationship)),
                index.properties(),
                index.dimensions().isPresent()
                        ? Map.of(
                                DIMENSIONS,
                                Integer.toString(index.dimensions().get()),
                                SIMILARITY,
                                index.similarity().name())
                        : Map.of());
    }

    private static List<String> one(Optional<String> name) {
        return name.map(List::of).orElse(List.of());
    }

    String created() {
        String variable = ofNodes ? "n" : "r";
        String label = labels.stream().map(Neo4jText::quoted).collect(Collectors.joining("|"));
        String pattern = ofNodes ? "(n:" + label + ")" : "()-[r:" + label + "]-()";
        String quoted = Neo4jText.quoted(name);
        String list = Neo4jText.properties(variable, properties);
        if (mark.equals(Neo4jMarks.CONSTRAINT)) {
            String rule = kind.endsWith("EXISTENCE") ? "IS NOT NULL" : kind.endsWith("KEY") ? "IS KEY" : "IS UNIQUE";
            return "CREATE CONSTRAINT " + quoted + " IF NOT EXISTS FOR " + pattern + " REQUIRE (" + list + ") " + rule;
        }
        String word = kind.equals("RANGE") ? "" : kind + " ";
        String on = kind.equals("FULLTEXT") ? " ON EACH [" + list + "]" : " ON (" + list + ")";
        String options = shape.isEmpty()
                ? ""
                : " OPTIONS {indexConfig: {`" + DIMENSIONS + "`: " + shape.get(DIMENSIONS) + ", `" + SIMILARITY + "`: '"
                        + String.valueOf(shape.get(SIMILARITY)).toLowerCase(Locale.ROOT) + "'}}";
        return "CREATE " + word + "INDEX " + quoted + " IF NOT EXISTS FOR " + pattern + on + options;
    }

    String dropped() {
        return "DROP " + (mark.equals(Neo4jMarks.CONSTRAINT) ? "CONSTRAINT " : "INDEX ") + Neo4jText.quoted(name)
                + " IF EXISTS";
    }

    /** For people: {@code (:Person email)}. */
    String words() {
        String of = String.join("|", labels) + " " + String.join(", ", properties);
        return kind.toLowerCase(Locale.ROOT).replace('_', ' ') + " of " + (ofNodes ? "(:" + of + ")" : "[:" + of + "]");
    }
}
