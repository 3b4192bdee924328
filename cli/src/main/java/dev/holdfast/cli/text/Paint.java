package dev.holdfast.cli.text;

/** Colours, where the reader is a terminal that wants them; plain text everywhere else. */
public enum Paint {
    COLOURED,
    PLAIN;

    private static final String ESCAPE = "\u001b[";

    public String good(String text) {
        return wrapped("32m", text);
    }

    public String bad(String text) {
        return wrapped("31m", text);
    }

    public String careful(String text) {
        return wrapped("33m", text);
    }

    public String strong(String text) {
        return wrapped("1m", text);
    }

    public String faint(String text) {
        return wrapped("2m", text);
    }

    private String wrapped(String code, String text) {
        return this == PLAIN || text.isEmpty() ? text : ESCAPE + code + text + ESCAPE + "0m";
    }

    /** The number of columns the text takes, its colours not counted. */
    public static int width(String text) {
        int width = 0;
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith(ESCAPE, at)) {
                int end = text.indexOf('m', at);
                at = end < 0 ? text.length() : end + 1;
            } else {
                int point = text.codePointAt(at);
                width++;
                at += Character.charCount(point);
            }
        }
        return width;
    }
}
