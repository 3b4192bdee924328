package dev.holdfast.stack;

import dev.holdfast.problem.Position;
import java.util.Map;

/** Where each value of one service was written. Paths are dotted and relative to the service: {@code roles.app.can}. */
public record Positions(Position start, Map<String, Position> byPath) {
    public Positions {
        byPath = Map.copyOf(byPath);
    }

    public static Positions unknown() {
        return new Positions(new Position("stack.yaml", 1, 1), Map.of());
    }

    /** The position of the path, or of its nearest parent that was written. */
    public Position of(String path) {
        String candidate = path;
        while (!candidate.isEmpty()) {
            Position found = byPath.get(candidate);
            if (found != null) {
                return found;
            }
            int dot = candidate.lastIndexOf('.');
            candidate = dot < 0 ? "" : candidate.substring(0, dot);
        }
        return start;
    }
}
