package io.vmha.vsphere;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How VMs are cloned and started without starving those that serve. Immutable.
 *
 * @param clones how many clones are made at once
 * @param starts how many VMs are started at once
 * @param settling how long a started VM counts as starting, 0 or more; it does no longer once its guest's heartbeat is there
 * @param lowShares how long a started VM has the low CPU shares that it is started with, at the most; it has its own again
 *     once its guest's heartbeat is there, or {@link VsphereAdapter#serves} says that it serves. 0 leaves its shares alone
 */
public record StartPolicy(Pace clones, Pace starts, Duration settling, Duration lowShares) {

    /**
     * Checks the durations.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public StartPolicy {
        checkArgument(!settling.isNegative(), "settling must be 0 or more: %s", settling);
        checkArgument(!lowShares.isNegative(), "lowShares must be 0 or more: %s", lowShares);
    }

    /**
     * Returns the default: a host makes 1 clone and starts 2 VMs at once, a datastore 2 and 4, all together 4 and 8; a start
     * settles within 10 seconds, and low shares last 10 minutes at the most.
     */
    public static StartPolicy defaults() {
        return new StartPolicy(new Pace(1, 2, 4), new Pace(2, 4, 8), Duration.ofSeconds(10), Duration.ofMinutes(10));
    }
}
