package io.vmha.libvirt;

import java.time.Duration;

/**
 * Judges whether a host's hypervisor answers as quickly as it usually does. Thread-safe; its state is guarded by {@code
 * this}.
 *
 * <p>An answer is quick within {@link #ALWAYS_QUICK}, or within three times what was usual: a host far away is never that
 * quick, and is not slow for that.
 */
final class HypervisorPace {
    private static final Duration ALWAYS_QUICK = Duration.ofMillis(250);
    private static final int TIMES_USUAL = 3;
    private static final double WEIGHT = 0.05;

    private double usualNanos;

    /** Whether an answer that took so long was quick; it is part of what is usual from then on. */
    synchronized boolean isQuick(long nanos) {
        double limit = Math.max((double) ALWAYS_QUICK.toNanos(), TIMES_USUAL * usualNanos);
        // A slow answer weighs no more than the longest quick one, so that a host that becomes slow stays so for a
        // while.
        usualNanos += WEIGHT * (Math.min((double) nanos, limit) - usualNanos);
        return nanos <= limit;
    }
}
