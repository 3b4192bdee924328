package dev.holdfast.engines.postgres.insight;

import java.util.Locale;

/** One statement as somebody wrote it, read as far as is needed to know that it is one. */
record SqlText(String text, boolean isSingle, boolean hasParameters) {

    static SqlText of(String written) {
        Scan scan = new Scan(written);
        scan.run();
        String trimmed = written.strip();
        while (trimmed.endsWith(";")) {
            trimmed = trimmed.substring(0, trimmed.length() - 1).strip();
        }
        return new SqlText(trimmed, scan.statements <= 1 && scan.isClosed, scan.hasParameters);
    }

    /** Goes over the text once; what stands in quotation marks and comments counts for nothing. */
    private static final class Scan {
        private final String text;
        private int at;
        private int statements;
        private boolean isClosed = true;
        private boolean isBetween = true;
        private boolean hasParameters;

        private Scan(String text) {
            this.text = text;
        }

        private void run() {
            while (at < text.length()) {
                char c = text.charAt(at);
                if (text.startsWith("--", at)) {
                    skipTo("\n", true);
                } else if (text.startsWith("/*", at)) {
                    comment();
                } else if (c == ';') {
                    isBetween = true;
                    at++;
                } else if (Character.isWhitespace(c)) {
                    at++;
                } else {
                    if (isBetween) {
                        statements++;
                        isBetween = false;
                    }
                    token(c);
                }
            }
        }

        private void token(char c) {
            if (c == '\'') {
                at++;
                quoted('\'', isEscaping());
            } else if (c == '"') {
                at++;
                quoted('"', false);
            } else if (c == '$') {
                dollar();
            } else if (Character.isJavaIdentifierStart(c)) {
                // a dollar sign inside a name begins nothing
                while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
                    at++;
                }
            } else {
                at++;
            }
        }

        /** Whether the quotation mark just passed belongs to E'…', in which a backslash takes the next character along. */
        private boolean isEscaping() {
            int before = at - 2;
            return before >= 0
                    && text.substring(before, before + 1)
                            .toLowerCase(Locale.ROOT)
                            .equals("e")
                    && (before == 0 || !Character.isJavaIdentifierPart(text.charAt(before - 1)));
        }

        private void quoted(char end, boolean escapes) {
            while (at < text.length()) {
                char c = text.charAt(at);
                if (escapes && c == '\\') {
                    at += 2;
                } else if (c == end && at + 1 < text.length() && text.charAt(at + 1) == end) {
                    at += 2;
                } else if (c == end) {
                    at++;
                    return;
                } else {
                    at++;
                }
            }
            isClosed = false;
        }

        private void dollar() {
            int end = at + 1;
            while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end)) && text.charAt(end) != '$') {
                end++;
            }
            boolean isNumber = end > at + 1 && Character.isDigit(text.charAt(at + 1));
            if (isNumber) {
                hasParameters = true;
                at = end;
            } else if (end < text.length() && text.charAt(end) == '$') {
                String tag = text.substring(at, end + 1);
                at = end + 1;
                skipTo(tag, false);
            } else {
                at++;
            }
        }

        private void comment() {
            int depth = 0;
            while (at < text.length()) {
                if (text.startsWith("/*", at)) {
                    depth++;
                    at += 2;
                } else if (text.startsWith("*/", at)) {
                    depth--;
                    at += 2;
                    if (depth == 0) {
                        return;
                    }
                } else {
                    at++;
                }
            }
            isClosed = false;
        }

        private void skipTo(String end, boolean endsWithText) {
            int found = text.indexOf(end, at);
            if (found < 0) {
                isClosed &= endsWithText;
                at = text.length();
            } else {
                at = found + end.length();
            }
        }
    }
}
