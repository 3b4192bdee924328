package dev.holdfast.engines.postgres.rehearsal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the statements of a file again, in their order, though white space, comments and placeholders were changed. */
final class Lines {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+");
    private static final int MOST = 4;
    private static final int FEWEST = 2;

    private final String text;
    private int from;

    Lines(String text) {
        this.text = text;
    }

    /** The line on which the statement begins; 0 where it is not of this file. */
    int of(String sql) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(sql.replaceAll("(?s)/\\*.*?\\*/", " ").replaceAll("--[^\n]*", " "));
        while (words.size() < MOST && matcher.find()) {
            words.add(Pattern.quote(matcher.group()));
        }
        // a placeholder among the first words reads otherwise in the file
        for (int count = words.size(); count >= Math.min(FEWEST, words.size()) && count > 0; count--) {
            Matcher place = Pattern.compile("(?i)\\b" + String.join("[^\\p{L}\\p{N}_]+", words.subList(0, count)))
                    .matcher(text);
            if (place.find(from)) {
                from = place.end();
                return 1
                        + (int) text.substring(0, place.start())
                                .chars()
                                .filter(c -> c == '\n')
                                .count();
            }
        }
        return 0;
    }
}
