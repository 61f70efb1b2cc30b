package io.vmha.monitor.internal;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;

/** Refuses what may not be, by a message that names value and rule. Stateless. */
public final class Checks {
    private Checks() {}

    /**
     * Refuses an argument.
     *
     * @param holds whether it keeps the rule
     * @param message as for {@link String#format}
     * @throws IllegalArgumentException if it does not
     */
    @FormatMethod
    public static void checkArgument(boolean holds, @FormatString String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
        }
    }

    /**
     * Refuses a call that comes too early or too late.
     *
     * @param holds whether it may come now
     * @param message as for {@link String#format}
     * @throws IllegalStateException if it may not
     */
    @FormatMethod
    public static void checkState(boolean holds, @FormatString String message, Object... values) {
        if (!holds) {
            throw new IllegalStateException(String.format(Locale.ROOT, message, values));
        }
    }
}
