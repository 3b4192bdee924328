package dev.holdfast.engines.postgres;

import dev.holdfast.secret.SecretRef;

/** The one place where names and texts become SQL. */
public final class Sql {
    private Sql() {}

    /** A name, whatever is in it. Control characters are written as escapes, so that a statement keeps its lines. */
    public static String name(String name) {
        if (name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a PostgreSQL name cannot hold a zero character");
        }
        if (name.chars().noneMatch(Character::isISOControl)) {
            return '"' + name.replace("\"", "\"\"") + '"';
        }
        StringBuilder escaped = new StringBuilder("U&\"");
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            switch (c) {
                case '"' -> escaped.append("\"\"");
                case '\\' -> escaped.append("\\\\");
                default -> {
                    if (Character.isISOControl(c)) {
                        escaped.append(String.format(java.util.Locale.ROOT, "\\%04x", (int) c));
                    } else {
                        escaped.append(c);
                    }
                }
            }
        }
        return escaped.append('"').toString();
    }

    /** A text. Backslashes are plain characters: every session of ours has standard_conforming_strings on. */
    public static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** Where the verifier of a password goes when the statement is done. */
    public static String password(SecretRef secret) {
        return "'${" + secret + "}'";
    }

    /**
     * The line that says in which database the statements after it are done, as psql reads it. psql takes doubled quotes
     * in it but no {@code U&} form, and a database is only ever named by a stack file, which allows no control character.
     */
    public static String connect(String database) {
        return "\\connect " + '"' + database.replace("\"", "\"\"") + '"';
    }
}
