package io.vmha.monitor.report;

import static io.vmha.monitor.internal.Checks.checkArgument;

import java.text.Normalizer;

/**
 * What a management center's inventory calls a virtual machine. Immutable.
 *
 * @param value 1 to 255 characters, not blank, in Unicode's normalization form C, which it is brought into; no control or format
 *     characters, line separators or halves of characters
 */
public record VmName(String value) {
    private static final int MAX_LENGTH = 255;
    /** No text gets shorter than a fourth by normalization. */
    private static final int MAX_LENGTH_BEFORE = 4 * MAX_LENGTH;

    /**
     * Brings the name into its one form.
     *
     * @throws IllegalArgumentException if it is blank, too long or has other characters
     */
    public VmName {
        checkArgument(!value.isBlank(), "VM name must not be blank");
        checkLength(value, MAX_LENGTH_BEFORE);
        value.codePoints()
                .forEach(codePoint -> checkArgument(
                        ReportFormat.isPlain(codePoint),
                        "VM name must not contain control or format characters, line separators or halves of"
                                + " characters: U+%04X",
                        codePoint));
        value = Normalizer.normalize(value, Normalizer.Form.NFC);
        checkLength(value, MAX_LENGTH);
    }

    private static void checkLength(String value, int most) {
        checkArgument(
                value.length() <= most,
                "VM name must have at most %s characters: it has %s",
                MAX_LENGTH,
                value.length());
    }

    /**
     * Returns the name with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public static VmName of(String value) {
        return new VmName(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
