package dev.holdfast.reader;

import dev.holdfast.problem.Position;
import dev.holdfast.stack.Embedded;
import dev.holdfast.stack.Positions;
import dev.holdfast.stack.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** What is remembered while one service is read: where everything stood and what it refers to. */
final class Reading {
    /** A reference and the place where it was written. */
    record Pointed(Reference reference, Position at) {}

    private final Findings findings;
    private final Map<String, Position> positions = new HashMap<>();
    private final List<Pointed> references = new ArrayList<>();
    private final IdentityHashMap<Embedded, String> blocks = new IdentityHashMap<>();

    Reading(Findings findings) {
        this.findings = findings;
    }

    Findings findings() {
        return findings;
    }

    void stood(String path, Position at) {
        positions.put(path, at);
    }

    void points(Reference reference, Position at) {
        references.add(new Pointed(reference, at));
    }

    void embeds(Embedded block, String path) {
        blocks.put(block, path);
    }

    List<Pointed> references() {
        return references;
    }

    Positions positions(Position start) {
        return new Positions(start, positions);
    }

    /** The places inside one block, relative to it; those of the whole service for a block that was made, not read. */
    Positions positions(Embedded block, Position start) {
        String path = blocks.get(block);
        if (path == null) {
            return positions(start);
        }
        String prefix = path + ".";
        Map<String, Position> inside = new HashMap<>();
        positions.forEach((key, at) -> {
            if (key.startsWith(prefix)) {
                inside.put(key.substring(prefix.length()), at);
            }
        });
        return new Positions(positions.getOrDefault(path, start), inside);
    }
}
