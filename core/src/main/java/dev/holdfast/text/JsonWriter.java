package dev.holdfast.text;

import java.util.List;
import java.util.Map;

/** Writes a value; equal values give equal bytes. */
final class JsonWriter {
    private final boolean pretty;
    private final StringBuilder out = new StringBuilder();

    JsonWriter(boolean pretty) {
        this.pretty = pretty;
    }

    String write(Json value) {
        append(value, 0);
        return out.toString();
    }

    private void append(Json value, int depth) {
        switch (value) {
            case Json.Text(String text) -> quote(text);
            case Json.Numeral(String literal) -> out.append(literal);
            case Json.Bool(boolean bool) -> out.append(bool);
            case Json.Null() -> out.append("null");
            case Json.Array(List<Json> items) -> array(items, depth);
            case Json.Members(Map<String, Json> values) -> members(values, depth);
        }
    }

    private void array(List<Json> items, int depth) {
        out.append('[');
        String separator = "";
        for (Json item : items) {
            out.append(separator);
            line(depth + 1);
            append(item, depth + 1);
            separator = ",";
        }
        if (!items.isEmpty()) {
            line(depth);
        }
        out.append(']');
    }

    private void members(Map<String, Json> values, int depth) {
        out.append('{');
        String separator = "";
        for (Map.Entry<String, Json> member : values.entrySet()) {
            out.append(separator);
            line(depth + 1);
            quote(member.getKey());
            out.append(pretty ? ": " : ":");
            append(member.getValue(), depth + 1);
            separator = ",";
        }
        if (!values.isEmpty()) {
            line(depth);
        }
        out.append('}');
    }

    private void line(int depth) {
        if (pretty) {
            out.append('\n').repeat("  ", depth);
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    // lone surrogates cannot be written as UTF-8; escaped, they survive
                    if (c < ' ' || Character.isSurrogate(c)) {
                        escape(c);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private void escape(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit((c >> shift) & 0xF, 16));
        }
    }
}
