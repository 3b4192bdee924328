package dev.holdfast.cli.text;

/** Values written so that the program that reads them gets exactly them. */
public final class Quoting {
    private Quoting() {}

    /** One word of a POSIX shell. */
    public static String shell(String value) {
        boolean isPlain = !value.isEmpty();
        for (int at = 0; at < value.length(); at++) {
            char c = value.charAt(at);
            boolean isHarmless = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "_-./:@%+=,".indexOf(c) >= 0;
            isPlain &= isHarmless;
        }
        return isPlain ? value : "'" + value.replace("'", "'\\''") + "'";
    }

    /** A value of a {@code .env} file: double quotes, in which the common readers expand {@code $} and backslashes. */
    public static String dotenv(String value) {
        return "\""
                + value.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("$", "\\$")
                        .replace("`", "\\`")
                        .replace("\n", "\\n")
                + "\"";
    }

    /** Text from elsewhere, made harmless for a terminal: no escape sequence survives. */
    public static String visible(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (isControl(text.charAt(at))) {
                return replaced(text);
            }
        }
        return text;
    }

    private static boolean isControl(char c) {
        return (c < ' ' && c != '\t' && c != '\n') || (c >= 0x7f && c <= 0x9f);
    }

    private static String replaced(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            safe.append(isControl(c) ? '\ufffd' : c);
        }
        return safe.toString();
    }
}
