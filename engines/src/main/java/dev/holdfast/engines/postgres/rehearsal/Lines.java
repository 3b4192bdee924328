package dev.holdfast.engines.postgres.rehearsal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the statements of a file again, in their order, though white space, comments and placeholders were changed. */
final class Lines {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+");
    private static final int WORDS = 4;

    private final String text;
    private int from;

    Lines(String text) {
        this.text = text;
    }

    /** The line on which the statement begins; 0 where it is not of this file. */
    int of(String sql) {
        StringBuilder begin = new StringBuilder("(?i)");
        Matcher words = WORD.matcher(sql.replaceAll("(?s)/\\*.*?\\*/", " ").replaceAll("--[^\n]*", " "));
        for (int i = 0; i < WORDS && words.find(); i++) {
            begin.append(i == 0 ? "\\b" : "[^\\p{L}\\p{N}_]+").append(Pattern.quote(words.group()));
        }
        Matcher place = Pattern.compile(begin.toString()).matcher(text);
        if (begin.length() <= 4 || !place.find(from)) {
            return 0;
        }
        from = place.end();
        return 1
                + (int) text.substring(0, place.start())
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }
}
