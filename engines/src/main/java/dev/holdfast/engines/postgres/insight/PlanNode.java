package dev.holdfast.engines.postgres.insight;

import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One operation of a plan, as EXPLAIN writes it in JSON. */
record PlanNode(Json json, int depth, List<PlanNode> children) {
    PlanNode {
        children = List.copyOf(children);
    }

    /** The root of what EXPLAIN answered. */
    static PlanNode of(Json root) {
        return of(root.at("Plan").orElse(root), 0);
    }

    private static PlanNode of(Json json, int depth) {
        List<PlanNode> children = new ArrayList<>();
        for (Json child : json.itemsAt("Plans")) {
            children.add(of(child, depth + 1));
        }
        return new PlanNode(json, depth, children);
    }

    /** This one and all below it, in the order in which a plan is read. */
    List<PlanNode> all() {
        List<PlanNode> all = new ArrayList<>(List.of(this));
        children.forEach(child -> all.addAll(child.all()));
        return all;
    }

    String type() {
        return text("Node Type");
    }

    String text(String key) {
        return json.textAt(key).orElse("");
    }

    double number(String key) {
        return find(key).orElse(0.0);
    }

    Optional<Double> find(String key) {
        return json.at(key)
                .flatMap(value -> value instanceof Json.Numeral(String literal)
                        ? Optional.of(Double.valueOf(literal))
                        : Optional.empty());
    }

    double cost() {
        return number("Total Cost");
    }

    boolean wasRun() {
        return find("Actual Loops").isPresent();
    }

    double loops() {
        return number("Actual Loops");
    }

    double plannedRows() {
        return number("Plan Rows");
    }

    /** In one of its runs, on average. */
    double actualRows() {
        return number("Actual Rows");
    }

    /** All its runs together, those below included; parallel workers ran at the same time. */
    double millis() {
        return number("Actual Total Time") * Math.max(1, loops()) / Math.max(1, workers());
    }

    private double workers() {
        return json.at("Parallel Aware").isPresent() && json.isAt("Parallel Aware") ? Math.max(1, loops()) : 1;
    }

    /** Its own, without those below. */
    double ownMillis() {
        double below = children.stream()
                .filter(child -> !child.text("Parent Relationship").equals("InitPlan"))
                .mapToDouble(PlanNode::millis)
                .sum();
        return Math.max(0, millis() - below);
    }

    double ownCost() {
        return Math.max(
                0, cost() - children.stream().mapToDouble(PlanNode::cost).sum());
    }

    boolean readsATable() {
        return !text("Relation Name").isEmpty() && type().endsWith("Scan");
    }

    boolean isFullRead() {
        return type().equals("Seq Scan");
    }

    /** Schema and table as sentences write them. */
    String table() {
        String schema = text("Schema");
        String name = text("Relation Name");
        return schema.isEmpty() ? Said.quoted(name) : Said.named(schema, name);
    }

    /** One line as a person reads it. */
    String line() {
        StringBuilder line = new StringBuilder("  ".repeat(depth)).append(label());
        if (!text("Index Name").isEmpty()) {
            line.append(" by ").append(text("Index Name"));
        }
        if (!text("Relation Name").isEmpty()) {
            line.append(" of ").append(text("Relation Name"));
            if (!text("Alias").isEmpty() && !text("Alias").equals(text("Relation Name"))) {
                line.append(' ').append(text("Alias"));
            }
        }
        for (String key : List.of("Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter")) {
            if (!text(key).isEmpty()) {
                line.append(key.endsWith("Filter") ? ", filtered by " : ", ").append(text(key));
            }
        }
        if (!json.itemsAt("Sort Key").isEmpty()) {
            line.append(", by ").append(String.join(", ", texts("Sort Key")));
        }
        return Said.shortened(line.toString());
    }

    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (Json item : json.itemsAt(key)) {
            if (item instanceof Json.Text(String text)) {
                texts.add(text);
            }
        }
        return texts;
    }

    private String label() {
        String type = type();
        if (type.equals("ModifyTable")) {
            return text("Operation");
        }
        String join = text("Join Type");
        return join.isEmpty() || join.equals("Inner")
                ? type
                : type + " (" + join.toLowerCase(java.util.Locale.ROOT) + ")";
    }
}
