package io.vmha.model;

/**
 * A host that machines may be placed on, and what is allocated of it. The order is the least full first, then by id.
 * Immutable.
 */
public final class HostRoom implements Comparable<HostRoom> {
    private final Host host;
    private final Resources allocated;
    // Kept beside them, since an ordered set compares far more often than anything else happens.
    private final double fullness;

    /**
     * Makes it.
     *
     * @param host the host
     * @param allocated the sum of its machines' allocations; it may exceed the host's capacity, as hypervisors allow it
     */
    public HostRoom(Host host, Resources allocated) {
        this.host = host;
        this.allocated = allocated;
        this.fullness = allocated.shareOf(host.capacity());
    }

    /** The host. */
    public Host host() {
        return host;
    }

    /** The sum of its machines' allocations. */
    public Resources allocated() {
        return allocated;
    }

    /** The larger of the shares of CPU and memory that are allocated: 0 is empty, 1 full, more than 1 overcommitted. */
    public double fullness() {
        return fullness;
    }

    @Override
    public int compareTo(HostRoom other) {
        int order = Double.compare(fullness, other.fullness);
        return order == 0 ? host.id().compareTo(other.host.id()) : order;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HostRoom that && host.equals(that.host) && allocated.equals(that.allocated);
    }

    @Override
    public int hashCode() {
        return host.id().hashCode();
    }

    @Override
    public String toString() {
        return host.id() + " with " + allocated + " allocated";
    }
}
