package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * An amount of what a host has and its virtual machines share (rule 2 of the reference design).
 *
 * @param cpuMillis CPU in millicores (1,000 is one core), 0 or more
 * @param memoryMiB memory in MiB, 0 or more
 */
public record Resources(long cpuMillis, long memoryMiB) {

    /** Nothing at all. */
    public static final Resources NONE = new Resources(0, 0);

    /**
     * Checks the amounts.
     *
     * @throws IllegalArgumentException if an amount is negative
     */
    public Resources {
        checkArgument(cpuMillis >= 0, "cpuMillis must be 0 or more: %s", cpuMillis);
        checkArgument(memoryMiB >= 0, "memoryMiB must be 0 or more: %s", memoryMiB);
    }

    /**
     * Returns the given amounts.
     *
     * @param cpuMillis CPU in millicores, 0 or more
     * @param memoryMiB memory in MiB, 0 or more
     * @throws IllegalArgumentException if an amount is negative
     */
    public static Resources of(long cpuMillis, long memoryMiB) {
        return new Resources(cpuMillis, memoryMiB);
    }

    /** Whether this amount fits in that room: neither part is larger. */
    public boolean fitsIn(Resources room) {
        return cpuMillis <= room.cpuMillis && memoryMiB <= room.memoryMiB;
    }

    /**
     * Returns the sum.
     *
     * @throws ArithmeticException if a part does not fit in a long
     */
    public Resources plus(Resources other) {
        return new Resources(Math.addExact(cpuMillis, other.cpuMillis), Math.addExact(memoryMiB, other.memoryMiB));
    }

    /** Returns what is left when the other amount is taken away; a part that would be negative is 0. */
    public Resources minus(Resources other) {
        return new Resources(Math.max(0, cpuMillis - other.cpuMillis), Math.max(0, memoryMiB - other.memoryMiB));
    }

    /** Returns the larger CPU and the larger memory of the two. */
    public Resources max(Resources other) {
        return new Resources(Math.max(cpuMillis, other.cpuMillis), Math.max(memoryMiB, other.memoryMiB));
    }

    /**
     * The larger of the shares that this amount has of a host's CPU and memory: 1 is all of one of them.
     *
     * @param capacity more than 0 of each
     */
    public double shareOf(Resources capacity) {
        return Math.max((double) cpuMillis / capacity.cpuMillis, (double) memoryMiB / capacity.memoryMiB);
    }

    /**
     * The smaller of the shares that this amount has of a host's CPU and memory.
     *
     * @param capacity more than 0 of each
     */
    public double lesserShareOf(Resources capacity) {
        return Math.min((double) cpuMillis / capacity.cpuMillis, (double) memoryMiB / capacity.memoryMiB);
    }

    @Override
    public String toString() {
        return cpuMillis + "m CPU, " + memoryMiB + " MiB";
    }
}
