package dev.holdfast.engines.postgres;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Reads lists of grants as the catalogs hold them, {@code role=arw*}{@code /grantor}: sent as one text a list they are a tenth of
 * what one row a role is. Equal rights are one set, which nobody changes.
 */
final class GrantList {
    private static final Map<Character, String> WORDS = Map.ofEntries(
            Map.entry('r', "SELECT"),
            Map.entry('a', "INSERT"),
            Map.entry('w', "UPDATE"),
            Map.entry('d', "DELETE"),
            Map.entry('D', "TRUNCATE"),
            Map.entry('x', "REFERENCES"),
            Map.entry('t', "TRIGGER"),
            Map.entry('m', "MAINTAIN"),
            Map.entry('X', "EXECUTE"),
            Map.entry('U', "USAGE"),
            Map.entry('C', "CREATE"),
            Map.entry('c', "CONNECT"),
            Map.entry('T', "TEMPORARY"),
            Map.entry('s', "SET"),
            Map.entry('A', "ALTER SYSTEM"));

    private final Map<String, SortedSet<String>> known = new HashMap<>();

    /** What each role was granted that is not the owner; everybody is {@link ActualAccess#PUBLIC}. */
    Map<String, SortedSet<String>> read(List<String> items, String owner) {
        Map<String, SortedSet<String>> granted = new HashMap<>();
        for (String item : items) {
            int equals = endOfName(item);
            String grantee = equals == 0 ? ActualAccess.PUBLIC : name(item.substring(0, equals));
            if (!grantee.equals(owner)) {
                String letters = item.substring(equals + 1, item.indexOf('/', equals));
                granted.merge(grantee, words(letters), GrantList::both);
            }
        }
        return granted;
    }

    /** Where the name ends: at the first equals sign that stands outside of quotes. */
    private static int endOfName(String item) {
        boolean quoted = false;
        for (int i = 0; i < item.length(); i++) {
            char letter = item.charAt(i);
            if (letter == '"') {
                quoted = !quoted;
            } else if (letter == '=' && !quoted) {
                return i;
            }
        }
        throw new IllegalStateException("not a grant: " + item);
    }

    private static String name(String written) {
        return written.startsWith("\"")
                ? written.substring(1, written.length() - 1).replace("\"\"", "\"")
                : written;
    }

    /** An asterisk says that the role may pass the right before it on, which is no other right. */
    private SortedSet<String> words(String letters) {
        SortedSet<String> found = known.get(letters);
        if (found == null) {
            SortedSet<String> words = new TreeSet<>();
            for (char letter : letters.replace("*", "").toCharArray()) {
                words.add(WORDS.getOrDefault(letter, "right " + letter));
            }
            found = Collections.unmodifiableSortedSet(words);
            known.put(letters, found);
        }
        return found;
    }

    private static SortedSet<String> both(SortedSet<String> one, SortedSet<String> other) {
        SortedSet<String> both = new TreeSet<>(one);
        both.addAll(other);
        return Collections.unmodifiableSortedSet(both);
    }
}
