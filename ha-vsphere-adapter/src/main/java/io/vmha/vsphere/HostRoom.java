package io.vmha.vsphere;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.Resources;

/**
 * How much of a host the managed VMs can be allocated together: its cores and its memory, each times a factor, less what the
 * VMs on it are configured with that are not managed, unless these are off. Of a managed VM the inventory counts what it is
 * configured with, on or off; so what is free in the inventory is free by this one rule. Templates take nothing.
 *
 * <p>Not managed are VMs without a type, those that a clone replaced or that are a clone's beginning, and those of other
 * products, such as vCLS. A suspended VM, and one whose power state cannot be read, counts as on. Immutable.
 *
 * @param cpuFactor virtual CPUs for each core, 0.1 to 100; 1 promises each virtual CPU a core of its own
 * @param memoryFactor memory for each byte of the host's, 0.1 to 10
 */
public record HostRoom(double cpuFactor, double memoryFactor) {
    private static final double LEAST = 0.1;
    private static final double MOST_CPU = 100;
    private static final double MOST_MEMORY = 10;

    /**
     * Checks the factors.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public HostRoom {
        checkArgument(cpuFactor >= LEAST && cpuFactor <= MOST_CPU, "cpuFactor must be from 0.1 to 100: %s", cpuFactor);
        checkArgument(
                memoryFactor >= LEAST && memoryFactor <= MOST_MEMORY,
                "memoryFactor must be from 0.1 to 10: %s",
                memoryFactor);
    }

    /** Returns the rule that promises nothing twice: both factors are 1. */
    public static HostRoom exact() {
        return new HostRoom(1, 1);
    }

    /** What is left of a host of that size; at least one millicore and one MiB, as a host of the inventory has. */
    Resources of(Resources size, Resources others) {
        Resources left = Resources.of((long) (size.cpuMillis() * cpuFactor), (long) (size.memoryMiB() * memoryFactor))
                .minus(others);
        return Resources.of(Math.max(1, left.cpuMillis()), Math.max(1, left.memoryMiB()));
    }
}
