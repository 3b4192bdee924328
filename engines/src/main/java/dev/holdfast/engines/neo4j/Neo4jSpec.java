package dev.holdfast.engines.neo4j;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Names;
import dev.holdfast.language.Range;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a Neo4j service may say of itself. */
@Doc("A Neo4j server: a graph, asked in Cypher over Bolt and HTTPS.")
public record Neo4jSpec(
        @Doc(
                "Which edition it is. Holdfast runs Community; Enterprise is written down for places that have its licence.")
        @Default("community")
        Edition edition,

        @Doc(
                "What must hold of nodes and relationships. One that is taken out of the file goes only when somebody approves.")
        @Names(value = Neo4jSpec.NAME, rule = Neo4jSpec.RULE)
        @Example("{ person_email: { label: Person, properties: [email] } }")
        SortedMap<String, Constraint> constraints,

        @Doc("Indexes, beside those that constraints bring with them.")
        @Names(value = Neo4jSpec.NAME, rule = Neo4jSpec.RULE)
        @Example("{ movie_plot: { kind: vector, label: Movie, properties: [plot], dimensions: 384 } }")
        SortedMap<String, Index> indexes,

        @Doc(
                "The folder of numbered Cypher files (`V1__first.cypher`) that run with every up and apply, seen from the stack file.")
        @Example("cypher/graph")
        Optional<String> migrations,

        @Doc(
                "Who may connect. Without any, there is one role `app`. Community tells users apart and not what they may do.")
        SortedMap<String, Role> roles) {

    static final String NAME = "[A-Za-z_][A-Za-z0-9_]{0,62}";
    static final String RULE = "a letter or `_`, then letters, digits and `_`, at most 63";

    public Neo4jSpec {
        constraints = Collections.unmodifiableSortedMap(new TreeMap<>(constraints));
        indexes = Collections.unmodifiableSortedMap(new TreeMap<>(indexes));
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
    }

    /** The roles of the file, or the one that stands for none. */
    SortedMap<String, Role> rolesInForce() {
        return roles.isEmpty()
                ? Collections.unmodifiableSortedMap(
                        new TreeMap<>(Map.of("app", new Role(List.of(Can.READ, Can.WRITE)))))
                : roles;
    }

    /** The role an application would use: {@code app} where there is one, else the first. */
    String applicationRole() {
        return rolesInForce().containsKey("app") ? "app" : rolesInForce().firstKey();
    }

    /** Which edition. */
    public enum Edition {
        @Doc("Free, one server.")
        COMMUNITY,
        @Doc("Under a licence of yours: roles, backups of a running server, clusters.")
        ENTERPRISE
    }

    /** Something that must hold. */
    @Doc("Something that must hold of all nodes of a label, or of all relationships of a type.")
    public record Constraint(
            @Doc("What must hold.") @Default("unique") Rule kind,

            @Doc("The label of the nodes.") @Example("Person")
            Optional<String> label,

            @Doc("The type of the relationships, instead of a label.") @Example("KNOWS")
            Optional<String> relationship,

            @Doc("The properties it is about.") @Example("[email]")
            List<String> properties) {
        public Constraint {
            properties = List.copyOf(properties);
        }
    }

    /** What must hold. */
    public enum Rule {
        @Doc("No two have the same values.")
        UNIQUE,
        @Doc("Each has the values, and no two have the same (Enterprise).")
        KEY,
        @Doc("Each has a value (Enterprise).")
        EXISTS
    }

    /** One index. */
    @Doc("One index.")
    public record Index(
            @Doc("What it finds.") @Default("range") Kind kind,

            @Doc("The label of the nodes.") @Example("Movie")
            Optional<String> label,

            @Doc("The type of the relationships, instead of a label.") @Example("ACTED_IN")
            Optional<String> relationship,

            @Doc("The properties it holds.") @Example("[title]")
            List<String> properties,

            @Doc("Of a vector index: the length of its vectors.") @Range(least = "1", most = "4096") @Example("384")
            Optional<Integer> dimensions,

            @Doc("Of a vector index: how alike two vectors are.") @Default("cosine")
            Similarity similarity) {
        public Index {
            properties = List.copyOf(properties);
        }
    }

    /** What an index finds. */
    public enum Kind {
        @Doc("Equal values, ranges and prefixes.")
        RANGE,
        @Doc("What contains a text, or ends with it.")
        TEXT,
        @Doc("Points, by distance and box.")
        POINT,
        @Doc("Words, by rank.")
        FULLTEXT,
        @Doc("The nearest vectors.")
        VECTOR
    }

    /** How alike two vectors are. */
    public enum Similarity {
        @Doc("By the angle between them.")
        COSINE,
        @Doc("By the distance between them.")
        EUCLIDEAN;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a role may do. */
    public enum Can {
        @Doc("Read.")
        READ,
        @Doc("Write.")
        WRITE
    }

    /** One who may connect. */
    @Doc("One who may connect.")
    public record Role(
            @Doc("What the role may do; in Community whoever may connect may do everything, so it can be nothing less.")
            @Default("[read, write]")
            List<Can> can) {
        public Role {
            can = List.copyOf(can);
        }
    }
}
