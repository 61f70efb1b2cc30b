package io.vmha.libvirt;

/**
 * How long a guest is left alone after a probe: twice as long as its answers take, so that probes have at most a third of its time. A
 * single slow answer is no sign of a slow guest, and must not put off the discovery of what fails right then: of the last two probes
 * the quicker one counts. Immutable.
 *
 * @param tookNanos how long the last probe took, 0 or more
 * @param beforeNanos how long the one before took, 0 or more
 */
record ProbePace(long tookNanos, long beforeNanos) {
    private static final int REST = 2;

    /** Of a guest that was not probed yet. */
    static final ProbePace NEW = new ProbePace(0, 0);

    /** After a probe that took that long. */
    ProbePace after(long nanos) {
        return new ProbePace(nanos, tookNanos);
    }

    /** How long it rests. */
    long restNanos() {
        return REST * Math.min(tookNanos, beforeNanos);
    }
}
