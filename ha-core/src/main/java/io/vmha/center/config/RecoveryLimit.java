package io.vmha.center.config;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How often one machine is recovered before an operator must look at it, so that one that keeps failing does no harm.
 *
 * @param count the largest number of recoveries within the window, 1 or more
 * @param window how long a recovery counts, more than 0
 */
public record RecoveryLimit(int count, Duration window) {

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if the count is less than 1 or the window not more than 0
     */
    public RecoveryLimit {
        checkArgument(count >= 1, "maxRecoveriesPerVm: count must be 1 or more: %s", count);
        checkArgument(
                !window.isZero() && !window.isNegative(), "maxRecoveriesPerVm: window must be more than 0: %s", window);
    }
}
