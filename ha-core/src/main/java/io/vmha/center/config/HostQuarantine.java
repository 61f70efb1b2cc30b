package io.vmha.center.config;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * When a host that keeps being lost and coming back is trusted less: VMs are placed on it only where no other host can take them. What
 * runs on it stays. Time releases it, once so many of its returns are not within the window any more, or an operator's call.
 *
 * @param count how many returns within the window put it into quarantine, 1 or more
 * @param window how long a return counts, more than 0
 */
public record HostQuarantine(int count, Duration window) {

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if the count is less than 1 or the window not more than 0
     */
    public HostQuarantine {
        checkArgument(count >= 1, "hostQuarantine: count must be 1 or more: %s", count);
        checkArgument(
                !window.isZero() && !window.isNegative(), "hostQuarantine: window must be more than 0: %s", window);
    }
}
