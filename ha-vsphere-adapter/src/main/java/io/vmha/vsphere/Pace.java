package io.vmha.vsphere;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How many calls of a kind may be under way at once. Immutable.
 *
 * @param perHost on one host, 1 or more
 * @param perDatastore with disks on one datastore, 1 or more
 * @param inAll on all hosts together, 1 or more
 */
public record Pace(int perHost, int perDatastore, int inAll) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is less than 1
     */
    public Pace {
        checkArgument(perHost >= 1, "perHost must be 1 or more: %s", perHost);
        checkArgument(perDatastore >= 1, "perDatastore must be 1 or more: %s", perDatastore);
        checkArgument(inAll >= 1, "inAll must be 1 or more: %s", inAll);
    }
}
