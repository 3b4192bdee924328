package dev.holdfast.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** RFC 8259, strictly: no comments, no trailing commas, no duplicate names, at most 200 levels. */
final class JsonParser {
    private static final int MAX_DEPTH = 200;

    private final String text;
    private int at;

    JsonParser(String text) {
        this.text = text;
    }

    Json document() {
        Json value = value(0);
        skipSpace();
        if (at != text.length()) {
            throw refuse("unexpected text after the value");
        }
        return value;
    }

    private Json value(int depth) {
        if (depth > MAX_DEPTH) {
            throw refuse("nested more than " + MAX_DEPTH + " levels");
        }
        skipSpace();
        return switch (peek()) {
            case '{' -> members(depth);
            case '[' -> array(depth);
            case '"' -> new Json.Text(string());
            case 't' -> word("true", new Json.Bool(true));
            case 'f' -> word("false", new Json.Bool(false));
            case 'n' -> word("null", new Json.Null());
            default -> numeral();
        };
    }

    private Json members(int depth) {
        Map<String, Json> values = new LinkedHashMap<>();
        at++;
        skipSpace();
        if (peek() == '}') {
            at++;
            return new Json.Members(values);
        }
        while (true) {
            skipSpace();
            String name = string();
            skipSpace();
            expect(':');
            if (values.put(name, value(depth + 1)) != null) {
                throw refuse("the name '" + name + "' stands twice");
            }
            skipSpace();
            if (peek() == '}') {
                at++;
                return new Json.Members(values);
            }
            expect(',');
        }
    }

    private Json array(int depth) {
        List<Json> items = new ArrayList<>();
        at++;
        skipSpace();
        if (peek() == ']') {
            at++;
            return new Json.Array(items);
        }
        while (true) {
            items.add(value(depth + 1));
            skipSpace();
            if (peek() == ']') {
                at++;
                return new Json.Array(items);
            }
            expect(',');
        }
    }

    private String string() {
        expect('"');
        int start = at;
        while (peek() != '"' && peek() != '\\') {
            refuseControl();
            at++;
        }
        if (peek() == '"') {
            return text.substring(start, at++);
        }
        StringBuilder unescaped = new StringBuilder(text.substring(start, at));
        while (peek() != '"') {
            refuseControl();
            char c = text.charAt(at++);
            unescaped.append(c == '\\' ? escape() : c);
        }
        at++;
        return unescaped.toString();
    }

    private void refuseControl() {
        if (peek() < ' ') {
            throw refuse("a control character inside a text");
        }
    }

    private char escape() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw refuse("an unknown escape");
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                throw refuse("an unfinished \\u escape");
            }
            code = code * 16 + digit;
            at++;
        }
        return (char) code;
    }

    private Json numeral() {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        return new Json.Numeral(text.substring(start, at));
    }

    private void digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == start) {
            throw refuse("a value was expected");
        }
    }

    private Json word(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw refuse("a value was expected");
        }
        at += word.length();
        return value;
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw refuse("'" + wanted + "' was expected");
        }
        at++;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** The next character, or NUL at the end, which no rule accepts. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private JsonException refuse(String cause) {
        return new JsonException(cause, at);
    }
}
