package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.text.Normalizer;

/** The rule that all identifiers share. */
final class Ids {
    private static final int MAX_LENGTH = 255;
    /** No text gets shorter than a fourth by normalization. */
    private static final int MAX_LENGTH_BEFORE = 4 * MAX_LENGTH;

    private static final int ASCII = 0x80;

    private Ids() {}

    /**
     * Returns the one form that an id has, Unicode's normalization form C, so that what looks equal is equal.
     *
     * @throws IllegalArgumentException if it is blank or too long, or has what could not be told apart, could break a line or
     *     change how it is shown: control and format characters (marks of direction and characters without width among them),
     *     line and paragraph separators, halves of characters
     */
    static String checked(String kind, String value) {
        checkArgument(!value.isBlank(), "%s must not be blank", kind);
        checkArgument(
                value.length() <= MAX_LENGTH_BEFORE,
                "%s must have at most %s characters: it has %s",
                kind,
                MAX_LENGTH,
                value.length());
        boolean isAscii = true;
        int codePoint;
        for (int i = 0; i < value.length(); i += Character.charCount(codePoint)) {
            codePoint = value.codePointAt(i);
            isAscii &= codePoint < ASCII;
            String refused = refusal(codePoint);
            if (!refused.isEmpty()) {
                throw new IllegalArgumentException(
                        String.format("%s must not contain %s: U+%04X at %d", kind, refused, codePoint, i));
            }
        }
        String normal = isAscii ? value : Normalizer.normalize(value, Normalizer.Form.NFC);
        checkArgument(
                normal.length() <= MAX_LENGTH, "%s must have at most %s characters: %s", kind, MAX_LENGTH, normal);
        return normal;
    }

    private static String refusal(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL -> "control characters";
            case Character.FORMAT -> "format characters";
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> "line separators";
            case Character.SURROGATE -> "halves of characters";
            default -> "";
        };
    }

    /**
     * The first characters of an id as a number, compared unsigned: ids with different ones are in the order of their
     * numbers. Eight characters, each in a byte; from one on that needs more than a byte, nothing is told apart.
     */
    static long prefix(String value) {
        long prefix = 0;
        boolean isTold = true;
        for (int i = 0; i < Long.BYTES; i++) {
            int unit = i < value.length() ? value.charAt(i) : 0;
            isTold = isTold && unit < 0xFF;
            prefix = prefix << Byte.SIZE | (isTold ? unit : 0xFF);
        }
        return prefix;
    }

    /** Whether a prefix holds its whole name, so that of two such names equal prefixes mean equal names. */
    static boolean isWhole(String value, long prefix) {
        return value.length() <= Long.BYTES && (prefix & 0xFF) != 0xFF;
    }
}
