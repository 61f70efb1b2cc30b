package io.vmha.vsphere.internal.vim;

import java.time.Duration;

/** A moment by which a call must be over, by the monotonic clock. Immutable. */
public final class Deadline {
    private final long startNanos;
    private final Duration length;

    private Deadline(long startNanos, Duration length) {
        this.startNanos = startNanos;
        this.length = length;
    }

    /** The moment that is that long from now. */
    public static Deadline in(Duration length) {
        return new Deadline(System.nanoTime(), length);
    }

    /** What is left, never negative. */
    public Duration remaining() {
        Duration left = length.minusNanos(System.nanoTime() - startNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Whether nothing is left. */
    public boolean hasPassed() {
        return remaining().isZero();
    }

    /** The earlier of this deadline and the moment that is that long from now. */
    public Deadline atMost(Duration fromNow) {
        return remaining().compareTo(fromNow) <= 0 ? this : in(fromNow);
    }
}
