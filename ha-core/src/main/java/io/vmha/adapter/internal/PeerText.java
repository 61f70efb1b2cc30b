package io.vmha.adapter.internal;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ascii;

/**
 * What another program said, made fit for an exception or a log: cut, and without anything that would begin a line of its own,
 * turn the direction of what follows, or speak to a terminal. Stateless.
 */
public final class PeerText {
    /** As much of it as tells a person what is wrong. */
    public static final int MOST_CHARS = 200;

    private static final String CUT = "...";

    private PeerText() {}

    /** Returns at most {@link #MOST_CHARS} characters of the text, escapes counted. */
    public static String quote(String said) {
        return quote(said, MOST_CHARS);
    }

    /**
     * Returns at most so many characters of the text, escapes counted.
     *
     * @param most 4 or more
     * @throws IllegalArgumentException if that is fewer
     */
    public static String quote(String said, int most) {
        checkArgument(most > CUT.length(), "most must be 4 or more: %s", most);
        StringBuilder quoted = new StringBuilder();
        for (int at = 0; at < said.length() && quoted.length() <= most; ) {
            int codePoint = said.codePointAt(at);
            if (isPlain(codePoint)) {
                quoted.appendCodePoint(codePoint);
            } else {
                quoted.append("\\u")
                        .append(Ascii.toUpperCase(
                                Integer.toHexString(0x10000 | codePoint).substring(1)));
            }
            at += Character.charCount(codePoint);
        }
        return quoted.length() <= most ? quoted.toString() : cut(quoted, most - CUT.length()) + CUT;
    }

    private static String cut(StringBuilder quoted, int length) {
        boolean splitsAPair = Character.isHighSurrogate(quoted.charAt(length - 1));
        return quoted.substring(0, splitsAPair ? length - 1 : length);
    }

    /** Whether a character neither is a control, changes the direction of what follows, nor ends a line. */
    public static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
