package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

/** The rule that all identifiers share. */
final class Ids {
    private static final int MAX_LENGTH = 255;

    private Ids() {}

    /** Refuses what could not be told apart, or could break a log line, in a list of ids. */
    static void check(String kind, String value) {
        checkArgument(!value.isBlank(), "%s must not be blank", kind);
        checkArgument(value.length() <= MAX_LENGTH, "%s must have at most %s characters: %s", kind, MAX_LENGTH, value);
        for (int i = 0; i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                throw new IllegalArgumentException(String.format(
                        "%s must not contain control characters: U+%04X at %d", kind, (int) value.charAt(i), i));
            }
        }
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
