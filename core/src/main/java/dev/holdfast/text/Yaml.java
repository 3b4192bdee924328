package dev.holdfast.text;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Canonical YAML: block style, members in the order given, text quoted wherever it could be read as anything else. */
public final class Yaml {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_./][A-Za-z0-9_./-]*");
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

    /** Plain only where no reader of YAML 1.1 or 1.2 takes it for something else; JSON quoting is valid YAML. */
    private static String text(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !RESERVED.matcher(text).matches();
        return plain ? text : Json.text(text).compact();
    }

    private static void indent(int depth, StringBuilder out) {
        out.repeat("  ", depth);
    }
}
