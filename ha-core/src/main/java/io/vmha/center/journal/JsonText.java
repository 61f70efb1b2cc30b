package io.vmha.center.journal;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON from anybody, strictly: objects, lists, texts, whole numbers, true and false, and nothing beside or behind them. A key that
 * comes twice, deep nesting, and what JSON does not allow are refused at their place. Confined to one reading.
 */
final class JsonText {
    private static final int MAX_CHARS = 1 << 28;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_DIGITS = 19;
    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;
    private static final int SHOWN = 20;

    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /**
     * Returns a map, list, string, {@code Long} or {@code Boolean}.
     *
     * @throws IllegalArgumentException if it is not that; the message names the character's place
     */
    static Object read(String text) {
        checkArgument(
                text.length() <= MAX_CHARS, "the text is longer than %s characters: %s", MAX_CHARS, text.length());
        JsonText reader = new JsonText(text);
        Object value = reader.value(0);
        reader.skipSpace();
        if (reader.at < text.length()) {
            throw reader.wrong("nothing is to follow");
        }
        return value;
    }

    private Object value(int depth) {
        skipSpace();
        if (depth > MAX_DEPTH) {
            throw wrong("values are nested deeper than " + MAX_DEPTH);
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) {
        at++;
        Map<String, Object> members = new LinkedHashMap<>();
        skipSpace();
        if (peek() == '}') {
            at++;
            return members;
        }
        while (true) {
            skipSpace();
            int begin = at;
            if (peek() != '"') {
                throw wrong("a key in quotes is expected");
            }
            String key = string();
            skipSpace();
            expect(':');
            if (members.put(key, value(depth + 1)) != null) {
                at = begin;
                throw wrong("the key " + shown(key) + " comes twice");
            }
            skipSpace();
            if (peek() == '}') {
                at++;
                return members;
            }
            expect(',');
        }
    }

    private List<Object> list(int depth) {
        at++;
        List<Object> values = new ArrayList<>();
        skipSpace();
        if (peek() == ']') {
            at++;
            return values;
        }
        while (true) {
            values.add(value(depth + 1));
            skipSpace();
            if (peek() == ']') {
                at++;
                return values;
            }
            expect(',');
        }
    }

    private String string() {
        at++;
        StringBuilder value = new StringBuilder();
        while (true) {
            char next = peek();
            if (next < ' ') {
                throw wrong("a text must not hold control characters or end with the line");
            }
            at++;
            if (next == '"') {
                return value.toString();
            }
            value.append(next == '\\' ? escaped() : next);
        }
    }

    private char escaped() {
        char kind = peek();
        at++;
        return switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> {
                at--;
                throw wrong("there is no such escape");
            }
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < HEX_DIGITS; i++) {
            char next = peek();
            int digit = next < 128 ? Character.digit(next, HEX) : -1;
            if (digit < 0) {
                throw wrong("four hexadecimal digits are expected");
            }
            code = code * HEX + digit;
            at++;
        }
        return (char) code;
    }

    private Object word(String word, boolean value) {
        if (!text.startsWith(word, at)) {
            throw wrong("a value is expected");
        }
        at += word.length();
        return value;
    }

    private Long number() {
        int begin = at;
        if (peek() == '-') {
            at++;
        }
        int digits = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        int count = at - digits;
        boolean isWhole = count > 0 && count <= MAX_DIGITS && (count == 1 || text.charAt(digits) != '0');
        boolean goesOn = at < text.length() && "+-.eE".indexOf(text.charAt(at)) >= 0;
        if (isWhole && !goesOn) {
            try {
                return Long.valueOf(text.substring(begin, at));
            } catch (NumberFormatException tooLarge) {
                at = begin;
                throw wrong("a whole number of 64 bits is expected");
            }
        }
        at = begin;
        throw wrong(count == 0 ? "a value is expected, and null is none" : "a whole number is expected");
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw wrong("'" + wanted + "' is expected");
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("the text is cut short");
        }
        return text.charAt(at);
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String rule) {
        String rest = text.substring(at, Math.min(text.length(), at + SHOWN));
        return new IllegalArgumentException(
                "not as JSON should be at character " + at + ", before " + shown(rest) + ": " + rule);
    }

    /** A value for a message: short, and without what could be taken for something else in a log. */
    static String shown(Object value) {
        String text = String.valueOf(value);
        StringBuilder shown = new StringBuilder("\"");
        text.codePoints()
                .limit(SHOWN * 3L)
                .forEach(code -> shown.append(Character.isISOControl(code) ? "?" : Character.toString(code)));
        return shown.append(text.length() > SHOWN * 3 ? "...\"" : "\"").toString();
    }

    /** A text in quotes, as JSON has it; halves of characters are written as escapes. */
    static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '"' || next == '\\') {
                json.append('\\').append(next);
            } else if (next < ' ' || Character.isSurrogate(next) || next == '\u2028' || next == '\u2029') {
                json.append(String.format("\\u%04x", (int) next));
            } else {
                json.append(next);
            }
        }
        return json.append('"').toString();
    }
}
