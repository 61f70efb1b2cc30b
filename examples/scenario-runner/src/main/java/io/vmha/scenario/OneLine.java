package io.vmha.scenario;

import java.util.Formatter;
import java.util.Locale;

/** Makes text of unknown origin fit to be printed in a line of a terminal or log. Stateless. */
final class OneLine {
    private static final int MAX_LENGTH = 1_000;

    private OneLine() {}

    /** The text with whatever could break or hide a line escaped, cut off where it is longer than 1,000 characters. */
    static String of(String text) {
        StringBuilder line = new StringBuilder();
        Formatter out = new Formatter(line, Locale.ROOT);
        for (int i = 0; i < text.length(); i++) {
            if (line.length() >= MAX_LENGTH) {
                return line.append("...").toString();
            }
            int point = text.codePointAt(i);
            if (isHarmless(point)) {
                line.appendCodePoint(point);
            } else {
                out.format("\\u%04X", point);
            }
            i += Character.charCount(point) - 1;
        }
        return line.toString();
    }

    /** The beginning of a text, for a message that says more. */
    static String beginning(String text) {
        int length = 60;
        if (text.length() <= length) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length) + "...";
    }

    private static boolean isHarmless(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
