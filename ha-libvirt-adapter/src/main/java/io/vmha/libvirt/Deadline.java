package io.vmha.libvirt;

import java.time.Duration;

/** A moment by which a call must be over, by the monotonic clock. Immutable. */
final class Deadline {
    private final long startNanos;
    private final Duration length;

    private Deadline(long startNanos, Duration length) {
        this.startNanos = startNanos;
        this.length = length;
    }

    /** The moment that is that long from now. */
    static Deadline in(Duration length) {
        return new Deadline(System.nanoTime(), length);
    }

    /** How long the whole call may take. */
    Duration length() {
        return length;
    }

    /** What is left, never negative. */
    Duration remaining() {
        Duration left = length.minusNanos(System.nanoTime() - startNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    boolean hasPassed() {
        return remaining().isZero();
    }

    /** A deadline that lies before this one by that margin, or now. */
    Deadline minus(Duration margin) {
        return new Deadline(startNanos, length.minus(margin));
    }
}
