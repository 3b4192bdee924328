package dev.holdfast.text;

import java.util.Locale;
import java.util.Optional;

/** The known word that a mistyped one was probably meant to be. */
public final class Nearest {
    private static final int LONGEST = 40;

    private Nearest() {}

    /**
     * The closest candidate within a third of its length; the first of equals. Empty where nothing is close, and for
     * words too long to be a slip of the hand, which bounds the time a hostile file can cost.
     */
    public static Optional<String> to(String word, Iterable<String> candidates) {
        if (word.isEmpty() || word.length() > LONGEST) {
            return Optional.empty();
        }
        String wanted = word.toLowerCase(Locale.ROOT);
        Optional<String> best = Optional.empty();
        int least = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            int allowed = Math.max(1, Math.max(candidate.length(), wanted.length()) / 3);
            if (candidate.length() > LONGEST || Math.abs(candidate.length() - wanted.length()) > allowed) {
                continue;
            }
            int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
            if (distance <= allowed && distance < least) {
                least = distance;
                best = Optional.of(candidate);
            }
        }
        return best;
    }

    /** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one each. */
    static int distance(String left, String right) {
        int width = right.length() + 1;
        int[] older = new int[width];
        int[] previous = new int[width];
        int[] current = new int[width];
        for (int column = 0; column < width; column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= left.length(); row++) {
            current[0] = row;
            for (int column = 1; column < width; column++) {
                int cost = left.charAt(row - 1) == right.charAt(column - 1) ? 0 : 1;
                int value =
                        Math.min(Math.min(current[column - 1] + 1, previous[column] + 1), previous[column - 1] + cost);
                if (row > 1
                        && column > 1
                        && left.charAt(row - 1) == right.charAt(column - 2)
                        && left.charAt(row - 2) == right.charAt(column - 1)) {
                    value = Math.min(value, older[column - 2] + 1);
                }
                current[column] = value;
            }
            int[] spare = older;
            older = previous;
            previous = current;
            current = spare;
        }
        return previous[right.length()];
    }
}
