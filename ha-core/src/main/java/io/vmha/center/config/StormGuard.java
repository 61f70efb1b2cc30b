package io.vmha.center.config;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * When so many hosts look lost that the view of them is more likely broken than they are. A center that takes over counts what was lost by
 * then as lost now.
 *
 * @param maxHostFraction the largest share of all hosts that may be reported lost within the window, more than 0 and at
 *     most 1; with more than that nothing is powered off
 * @param window how long a report counts, more than 0
 */
public record StormGuard(double maxHostFraction, Duration window) {
    private static final double HALF = 0.5;

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if the fraction is not more than 0 and at most 1, or the window not more than 0
     */
    public StormGuard {
        checkArgument(
                maxHostFraction > 0 && maxHostFraction <= 1,
                "stormGuard: maxHostFraction must be more than 0 and at most 1: %s",
                maxHostFraction);
        checkArgument(!window.isZero() && !window.isNegative(), "stormGuard: window must be more than 0: %s", window);
    }

    /** Half of all hosts, within a minute. */
    public static StormGuard defaults() {
        return new StormGuard(HALF, Duration.ofMinutes(1));
    }
}
