package dev.holdfast.engines.neo4j;

import dev.holdfast.plan.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the file wants of constraints and indexes against what the server has. Pure. */
final class Neo4jDiff {
    /** What separates the statements of one change. */
    static final String THEN = ";\n";

    private Neo4jDiff() {}

    static SortedMap<String, Neo4jThing> desired(Neo4jSpec spec) {
        SortedMap<String, Neo4jThing> things = new TreeMap<>();
        spec.constraints().forEach((name, constraint) -> things.put(name, Neo4jThing.desired(name, constraint)));
        spec.indexes().forEach((name, index) -> things.put(name, Neo4jThing.desired(name, index)));
        return things;
    }

    /** @param made the names of what Holdfast made, by their mark */
    static List<Change> changes(
            String service,
            SortedMap<String, Neo4jThing> desired,
            Map<String, Neo4jThing> there,
            Map<String, Set<String>> made) {
        List<Change> changes = new ArrayList<>();
        there.values().stream()
                .filter(thing -> made.getOrDefault(thing.mark(), Set.of()).contains(thing.name())
                        && !desired.containsKey(thing.name()))
                .forEach(thing -> changes.add(new Change(
                        where(service, thing),
                        "drop " + thing.mark() + " '" + thing.name() + "'",
                        thing.dropped(),
                        Change.Risk.DATA,
                        Optional.of(thing.created()),
                        "Holdfast made it and the file declares it no longer"
                                + (thing.mark().equals(Neo4jMarks.CONSTRAINT)
                                        ? "; what it kept out may come in from then on"
                                        : "; queries that used it read everything from then on"))));
        for (Neo4jThing wanted : desired.values()) {
            Neo4jThing found = there.get(wanted.name());
            if (found == null) {
                changes.add(new Change(
                        where(service, wanted),
                        "create " + wanted.mark() + " '" + wanted.name() + "'",
                        wanted.created(),
                        Change.Risk.NONE,
                        Optional.of(wanted.dropped()),
                        "the file declares it and the server has no such " + wanted.mark()));
            } else if (!found.equals(wanted)) {
                changes.add(new Change(
                        where(service, wanted),
                        "make " + wanted.mark() + " '" + wanted.name() + "' anew",
                        found.dropped() + THEN + wanted.created(),
                        Change.Risk.DATA,
                        Optional.of(wanted.dropped() + THEN + found.created()),
                        "in the server it is " + found.words()
                                + (found.words().equals(wanted.words())
                                        ? " of another shape"
                                        : ", and the file says " + wanted.words())
                                + "; until it is made again there is none"));
            }
        }
        return changes;
    }

    private static String where(String service, Neo4jThing thing) {
        return service + (thing.mark().equals(Neo4jMarks.CONSTRAINT) ? "/constraints/" : "/indexes/") + thing.name();
    }
}
