package dev.holdfast.secret;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Prepares a password the way PostgreSQL does (RFC 4013): plain ASCII and whatever the rules refuse stay as they are, so
 * that an odd password still matches on both sides.
 */
final class Saslprep {
    private static final String TABLES = "saslprep.txt";

    private final Map<String, BitSet> tables;

    private Saslprep(Map<String, BitSet> tables) {
        this.tables = tables;
    }

    static String prepared(String password) {
        // as in pg_saslprep, ASCII control characters too pass by the tables
        return password.chars().allMatch(c -> c < 0x80) ? password : read().mapped(password);
    }

    private String mapped(String password) {
        StringBuilder mapped = new StringBuilder(password.length());
        password.codePoints()
                .filter(c -> !is("nothing", c))
                .map(c -> is("space", c) ? ' ' : c)
                .forEach(mapped::appendCodePoint);
        String normalised = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
        int[] result = normalised.codePoints().toArray();
        boolean allowed = result.length > 0 && directionIsClear(result);
        for (int c : result) {
            allowed &= !is("prohibited", c) && !is("unassigned", c);
        }
        return allowed ? normalised : password;
    }

    /** RFC 3454 section 6: right-to-left text begins and ends as such and has nothing left-to-right in it. */
    private boolean directionIsClear(int[] text) {
        boolean rightToLeft = false;
        boolean leftToRight = false;
        for (int c : text) {
            rightToLeft |= is("right-to-left", c);
            leftToRight |= is("left-to-right", c);
        }
        return !rightToLeft
                || (!leftToRight && is("right-to-left", text[0]) && is("right-to-left", text[text.length - 1]));
    }

    private boolean is(String table, int codePoint) {
        BitSet set = tables.get(table);
        return set != null && set.get(codePoint);
    }

    /** Read each time: passwords that are not ASCII are rare and the tables are small. */
    private static Saslprep read() {
        Map<String, BitSet> tables = new HashMap<>();
        BitSet current = new BitSet();
        for (String line : text().lines().toList()) {
            if (line.endsWith(":")) {
                current = new BitSet();
                tables.put(line.substring(0, line.length() - 1), current);
            } else if (!line.startsWith("#")) {
                for (String range : line.split(" ", -1)) {
                    int dash = range.indexOf('-');
                    int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash), 16);
                    int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1), 16);
                    current.set(first, last + 1);
                }
            }
        }
        return new Saslprep(tables);
    }

    private static String text() {
        try (InputStream in = Saslprep.class.getResourceAsStream(TABLES)) {
            if (in == null) {
                throw new IllegalStateException(TABLES + " is missing from the build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
