package dev.holdfast.engines.neo4j;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;

/** What is wrong with a service beyond single values. Pure. */
final class Neo4jCheck {
    private static final Bytes LEAST_MEMORY = Bytes.mebi(768);

    private final Service<Neo4jSpec> service;
    private final Problems problems;
    private final boolean isCommunity;

    private Neo4jCheck(Service<Neo4jSpec> service, Problems problems) {
        this.service = service;
        this.problems = problems;
        this.isCommunity = service.settings().edition() == Neo4jSpec.Edition.COMMUNITY;
    }

    static void check(Service<Neo4jSpec> service, Problems problems) {
        Neo4jCheck check = new Neo4jCheck(service, problems);
        check.memory();
        service.settings().constraints().forEach(check::constraint);
        service.settings().indexes().forEach(check::index);
        service.settings().roles().forEach(check::role);
    }

    private void memory() {
        if (service.resources().memory().compareTo(LEAST_MEMORY) < 0) {
            problems.add(Problem.of(
                            Code.HF1625,
                            "service '" + service.name() + "' gives Neo4j "
                                    + service.resources().memory() + " of memory, and it needs " + LEAST_MEMORY,
                            "Write `resources: { memory: " + LEAST_MEMORY + " }` or more.")
                    .at(service.positions().of("resources.memory")));
        }
    }

    private void constraint(String name, Neo4jSpec.Constraint constraint) {
        String path = "constraints." + name;
        String what = "constraint '" + name + "'";
        about(path, what, constraint.label(), constraint.relationship(), constraint.properties());
        if (isCommunity && constraint.kind() != Neo4jSpec.Rule.UNIQUE) {
            wrong(
                    path,
                    what,
                    "asks for what only Neo4j Enterprise keeps",
                    "Write `kind: unique`, or `edition: enterprise` where you have its licence.");
        }
        if (constraint.kind() == Neo4jSpec.Rule.EXISTS
                && constraint.properties().size() > 1) {
            wrong(path, what, "asks for several properties to exist", "Write a constraint for each property.");
        }
        if (service.settings().indexes().containsKey(name)) {
            wrong(path, what, "has the name of an index", "Choose another name: Neo4j makes an index for it.");
        }
    }

    private void index(String name, Neo4jSpec.Index index) {
        String path = "indexes." + name;
        String what = "index '" + name + "'";
        about(path, what, index.label(), index.relationship(), index.properties());
        boolean isVector = index.kind() == Neo4jSpec.Kind.VECTOR;
        boolean holdsOne = switch (index.kind()) {
            case TEXT, POINT, VECTOR -> true;
            case RANGE, FULLTEXT -> false;
        };
        if (holdsOne && index.properties().size() > 1) {
            wrong(path, what, "holds several properties, and one of its kind holds one", "Write an index for each.");
        }
        if (isVector && index.dimensions().isEmpty()) {
            wrong(
                    path,
                    what,
                    "does not say how long its vectors are",
                    "Write `dimensions: 384`, or as your model has.");
        }
        if (!isVector && index.dimensions().isPresent()) {
            wrong(path, what, "has dimensions and is no vector index", "Write `kind: vector`, or leave them out.");
        }
    }

    private void about(
            String path, String what, Optional<String> label, Optional<String> relationship, List<String> properties) {
        if (label.isPresent() == relationship.isPresent()) {
            wrong(
                    path,
                    what,
                    label.isPresent() ? "names a label and a relationship" : "names no label",
                    "Write one of `label: Person` and `relationship: KNOWS`.");
        }
        if (properties.isEmpty()) {
            wrong(path, what, "names no property", "Write `properties: [email]`.");
        }
    }

    private void wrong(String path, String what, String because, String remedy) {
        problems.add(Problem.of(Code.HF1626, what + " of service '" + service.name() + "' " + because, remedy)
                .at(service.positions().of(path)));
    }

    private void role(String name, Neo4jSpec.Role role) {
        String because = "";
        String remedy = "Write `can: [read, write]`.";
        if (name.equals(Neo4jAccess.ADMINISTRATOR)) {
            because = "has the name of Holdfast's own account";
            remedy = "Choose another name.";
        } else if (role.can().isEmpty()) {
            because = "may do nothing";
        } else if (isCommunity && role.can().size() < Neo4jSpec.Can.values().length) {
            because = "is to be held back, and Neo4j Community lets whoever logs in do everything";
            remedy = "Write `can: [read, write]`, or `edition: enterprise` where you have its licence.";
        }
        if (!because.isEmpty()) {
            problems.add(Problem.of(
                            Code.HF1627, "role '" + name + "' of service '" + service.name() + "' " + because, remedy)
                    .at(service.positions().of("roles." + name)));
        }
    }
}
