package io.vmha.model;

/**
 * A host that machines may be placed on, and what is allocated of it. Immutable.
 *
 * @param host the host
 * @param allocated the sum of its machines' allocations; it may exceed the host's capacity, as hypervisors allow it
 */
public record HostAllocation(Host host, Resources allocated) {

    /** The larger of the shares of CPU and memory that are allocated: 0 is empty, 1 full, more than 1 overcommitted. */
    public double fullness() {
        return allocated.shareOf(host.capacity());
    }
}
