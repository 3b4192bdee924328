package dev.holdfast.engines.postgres.migrations;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * SQL cut where PostgreSQL's own lexer would cut it: strings, quoted names, dollar quotes and nested comments are never mistaken for
 * statements. It knows where a statement ends and what of a text is mere layout, and nothing of its meaning.
 */
final class SqlText {
    private final String text;
    private final List<Statement> statements = new ArrayList<>();
    private final StringBuilder plain = new StringBuilder();
    private final StringBuilder skeleton = new StringBuilder();
    private final StringBuilder whole = new StringBuilder();
    private boolean spaced;
    private int at;
    private int line = 1;
    private int begunAt;

    private SqlText(String text) {
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /**
     * @param text without comments, each run of white space outside of quotes as one space
     * @param skeleton the same in capitals and with nothing between quotes, for rules that look for words
     */
    record Statement(int line, String text, String skeleton) {}

    static List<Statement> statements(String text) {
        SqlText cut = new SqlText(text);
        cut.run();
        return List.copyOf(cut.statements);
    }

    /** The text without what does not change what it does: comments and white space between words. */
    static String meaning(String text) {
        SqlText cut = new SqlText(text);
        cut.run();
        return cut.whole.toString();
    }

    private void run() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (starts("--")) {
                skip(end("\n"));
                space();
            } else if (starts("/*")) {
                skip(comment());
                space();
            } else if (Character.isWhitespace(c)) {
                skip(at + 1);
                space();
            } else if (c == ';') {
                skip(at + 1);
                finish();
            } else if (c == '\'') {
                boolean escapes = at > 0 && (text.charAt(at - 1) == 'E' || text.charAt(at - 1) == 'e') && isAlone();
                quoted(string(escapes), "''");
            } else if (c == '"') {
                int end = closing('"', false);
                String name = text.substring(at, end);
                quoted(end, name);
            } else if (c == '$') {
                int end = dollars();
                if (end > at + 1) {
                    quoted(end, "''");
                } else {
                    word();
                }
            } else {
                word();
            }
        }
        finish();
    }

    private boolean isAlone() {
        return at < 2 || (!Character.isLetterOrDigit(text.charAt(at - 2)) && text.charAt(at - 2) != '_');
    }

    private boolean starts(String begin) {
        return text.startsWith(begin, at);
    }

    private int end(String mark) {
        int found = text.indexOf(mark, at);
        return found < 0 ? text.length() : found;
    }

    /** Comments nest. */
    private int comment() {
        int depth = 0;
        int i = at;
        while (i < text.length()) {
            if (text.startsWith("/*", i)) {
                depth++;
                i += 2;
            } else if (text.startsWith("*/", i)) {
                depth--;
                i += 2;
                if (depth == 0) {
                    return i;
                }
            } else {
                i++;
            }
        }
        return text.length();
    }

    private int string(boolean escapes) {
        return closing('\'', escapes);
    }

    private int closing(char quote, boolean escapes) {
        int i = at + 1;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (escapes && c == '\\') {
                i += 2;
            } else if (c == quote) {
                if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
                    i += 2;
                } else {
                    return i + 1;
                }
            } else {
                i++;
            }
        }
        return text.length();
    }

    /** The end of a dollar-quoted text, or the place itself where none begins. */
    private int dollars() {
        if (at > 0 && (Character.isLetterOrDigit(text.charAt(at - 1)) || text.charAt(at - 1) == '_')) {
            return at;
        }
        int i = at + 1;
        while (i < text.length() && (Character.isLetterOrDigit(text.charAt(i)) || text.charAt(i) == '_')) {
            i++;
        }
        if (i >= text.length() || text.charAt(i) != '$' || (i > at + 1 && Character.isDigit(text.charAt(at + 1)))) {
            return at;
        }
        String tag = text.substring(at, i + 1);
        int closed = text.indexOf(tag, i + 1);
        return closed < 0 ? text.length() : closed + tag.length();
    }

    private void word() {
        begin();
        char c = text.charAt(at);
        plain.append(c);
        skeleton.append(Character.toUpperCase(c));
        mean(String.valueOf(c));
        skip(at + 1);
    }

    private void quoted(int end, String inSkeleton) {
        begin();
        String part = text.substring(at, Math.min(end, text.length()));
        plain.append(part);
        skeleton.append(inSkeleton.toUpperCase(Locale.ROOT));
        mean(part);
        skip(Math.min(end, text.length()));
    }

    private void begin() {
        if (plain.isEmpty()) {
            begunAt = line;
        }
    }

    private void space() {
        if (!plain.isEmpty() && plain.charAt(plain.length() - 1) != ' ') {
            plain.append(' ');
            skeleton.append(' ');
        }
        spaced = true;
    }

    /** White space means something between words and between operators, and nothing beside what encloses or separates. */
    private void mean(String part) {
        boolean first = whole.isEmpty() || whole.charAt(whole.length() - 1) == '\n';
        if (spaced && !first && !isBound(whole.charAt(whole.length() - 1)) && !isBound(part.charAt(0))) {
            whole.append(' ');
        }
        spaced = false;
        whole.append(part);
    }

    private static boolean isBound(char c) {
        return "(),;[]".indexOf(c) >= 0;
    }

    private void finish() {
        String statement = plain.toString().strip();
        if (!statement.isEmpty()) {
            statements.add(new Statement(begunAt, statement, skeleton.toString().strip()));
            whole.append(";\n");
        }
        plain.setLength(0);
        skeleton.setLength(0);
    }

    private void skip(int to) {
        for (int i = at; i < to && i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                line++;
            }
        }
        at = to;
    }
}
