package dev.holdfast.text;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Canonical YAML: block style, members in the order given, text quoted wherever it could be read as anything else. */
public final class Yaml {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_./][A-Za-z0-9_./-]*|[1-9][0-9]*[A-Za-z]+");
    private static final Pattern RESERVED =
            Pattern.compile("(?i:null|true|false|yes|no|on|off|y|n|\\.nan|\\.inf)|\\.[0-9.eE-]*|-+|\\.+");

    private Yaml() {}

    public static String write(Json value) {
        StringBuilder out = new StringBuilder();
        switch (value) {
            case Json.Members(Map<String, Json> members) when !members.isEmpty() -> members(members, 0, out);
            case Json.Array(List<Json> items) when !items.isEmpty() -> items(items, 0, out);
            default -> out.append(scalar(value)).append('\n');
        }
        return out.toString();
    }

    private static void members(Map<String, Json> members, int depth, StringBuilder out) {
        boolean first = true;
        for (Map.Entry<String, Json> member : members.entrySet()) {
            // the first member of a list item stands on the line of its dash
            if (!first || out.isEmpty() || out.charAt(out.length() - 1) == '\n') {
                indent(depth, out);
            }
            first = false;
            out.append(text(member.getKey())).append(':');
            value(member.getValue(), depth + 1, out);
        }
    }

    private static void items(List<Json> items, int depth, StringBuilder out) {
        for (Json item : items) {
            indent(depth, out);
            out.append('-');
            if (item instanceof Json.Members(Map<String, Json> members) && !members.isEmpty()) {
                out.append(' ');
                members(members, depth + 1, out);
            } else {
                value(item, depth + 1, out);
            }
        }
    }

    private static void value(Json value, int depth, StringBuilder out) {
        switch (value) {
            case Json.Members(Map<String, Json> members)
            when !members.isEmpty() -> {
                out.append('\n');
                members(members, depth, out);
            }
            case Json.Array(List<Json> items)
            when !items.isEmpty() -> {
                out.append('\n');
                items(items, depth, out);
            }
            default -> out.append(' ').append(scalar(value)).append('\n');
        }
    }

    private static String scalar(Json value) {
        return switch (value) {
            case Json.Text(String text) -> text(text);
            case Json.Numeral(String literal) -> literal;
            case Json.Bool(boolean truth) -> Boolean.toString(truth);
            case Json.Null _ -> "null";
            case Json.Array _ -> "[]";
            case Json.Members _ -> "{}";
        };
    }

    /** Plain only where no reader of YAML 1.1 or 1.2 takes it for something else. */
    private static String text(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !RESERVED.matcher(text).matches();
        return plain ? text : quoted(text);
    }

    /** Not as JSON does it: YAML has no pairs of surrogates, and more characters that may not stand as they are. */
    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (stands(c)) {
                        out.appendCodePoint(c);
                    } else {
                        escape(c, out);
                    }
                }
            }
        });
        return out.append('"').toString();
    }

    private static boolean stands(int c) {
        boolean breaksLines = c == 0x2028 || c == 0x2029 || c == 0xFEFF;
        return (c >= 0x20 && c <= 0x7E)
                || (c >= 0xA0 && c <= 0xD7FF && !breaksLines)
                || (c >= 0xE000 && c <= 0xFFFD && !breaksLines)
                || c >= 0x10000;
    }

    private static void escape(int c, StringBuilder out) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit((c >> shift) & 0xF, 16));
        }
    }

    private static void indent(int depth, StringBuilder out) {
        out.repeat("  ", depth);
    }
}
