package io.vmha.model;

/**
 * A host as the inventory keeps it: with what its machines are allocated and which they are, in id order.
 *
 * @param host the host
 * @param allocated the sum of its machines' allocations
 * @param vms its machines
 */
record HostEntry(Host host, Resources allocated, VmIdSet vms) {

    static HostEntry empty(Host host) {
        return new HostEntry(host, Resources.NONE, VmIdSet.EMPTY);
    }

    HostEntry with(Host changed) {
        return new HostEntry(changed, allocated, vms);
    }

    HostEntry with(VirtualMachine added) {
        return new HostEntry(host, allocated.plus(added.allocation()), vms.with(added.id()));
    }

    HostEntry without(VirtualMachine removed) {
        return new HostEntry(host, allocated.minus(removed.allocation()), vms.without(removed.id()));
    }

    HostEntry with(VirtualMachine before, VirtualMachine after) {
        return new HostEntry(host, allocated.minus(before.allocation()).plus(after.allocation()), vms);
    }
}
