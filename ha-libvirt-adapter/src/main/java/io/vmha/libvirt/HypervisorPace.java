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
    /** What is usual changes within minutes, however many guests are looked at. */
    private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(1);

    private static final double WEIGHT = 0.02;

    private double usualNanos;
    private long sampledNanos;
    private boolean hasSample;

    /**
     * Whether an answer was quick.
     *
     * @param tookNanos how long it took
     * @param nowNanos when it came, by the monotonic clock
     */
    synchronized boolean isQuick(long tookNanos, long nowNanos) {
        double limit = Math.max((double) ALWAYS_QUICK.toNanos(), TIMES_USUAL * usualNanos);
        if (!hasSample || nowNanos - sampledNanos >= BETWEEN_SAMPLES.toNanos()) {
            // A slow answer weighs no more than the longest quick one: a host that becomes slow stays so for a while.
            usualNanos += WEIGHT * (Math.min((double) tookNanos, limit) - usualNanos);
            sampledNanos = nowNanos;
            hasSample = true;
        }
        return tookNanos <= limit;
    }
}
