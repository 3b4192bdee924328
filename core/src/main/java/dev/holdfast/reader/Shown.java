package dev.holdfast.reader;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Foreign text inside a message: short, on one line, and unable to steer a terminal. */
final class Shown {
    private static final int LONGEST = 60;

    private Shown() {}

    static String text(String text) {
        StringBuilder out = new StringBuilder();
        int shown = 0;
        for (int i = 0; i < text.length() && shown < LONGEST; shown++) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            if (isInvisible(point)) {
                out.append("\\u").append(String.format(java.util.Locale.ROOT, "%04x", point));
            } else {
                out.appendCodePoint(point);
            }
        }
        return text.codePointCount(0, text.length()) > LONGEST ? out.append('…').toString() : out.toString();
    }

    /** Control characters, separators of lines, marks of writing direction, lone surrogates: whatever hides in a line. */
    static boolean isInvisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    /** At most thirty words, so that a remedy stays readable where there are hundreds of services. */
    static String list(Collection<String> words) {
        List<String> first = words.stream().limit(30).toList();
        String more = words.size() > first.size() ? " and " + (words.size() - first.size()) + " more" : "";
        return String.join(", ", first) + more;
    }

    /** "Did you mean 'x'? " or nothing. */
    static String guess(Optional<String> nearest) {
        return nearest.map(word -> "Did you mean '" + word + "'? ").orElse("");
    }
}
