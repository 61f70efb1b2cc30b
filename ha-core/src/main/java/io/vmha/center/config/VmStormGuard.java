package io.vmha.center.config;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * When so many VMs look failed by themselves, on hosts that are up or as their guests tell, within a window that rather the watcher errs than all of them failed: nothing
 * is powered off then until that clears or an operator approves. A center that takes over counts what had failed by then as failed now.
 *
 * @param maxVmFraction the largest share of all VMs that may look failed, more than 0 and at most 1
 * @param window how long a report counts, more than 0
 */
public record VmStormGuard(double maxVmFraction, Duration window) {
    private static final double HALF = 0.5;

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public VmStormGuard {
        checkArgument(
                maxVmFraction > 0 && maxVmFraction <= 1,
                "vmStormGuard: maxVmFraction must be more than 0 and at most 1: %s",
                maxVmFraction);
        checkArgument(!window.isZero() && !window.isNegative(), "vmStormGuard: window must be more than 0: %s", window);
    }

    /** Half of all VMs, within a minute. */
    public static VmStormGuard defaults() {
        return new VmStormGuard(HALF, Duration.ofMinutes(1));
    }
}
