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
}
