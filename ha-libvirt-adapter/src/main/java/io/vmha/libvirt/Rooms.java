package io.vmha.libvirt;

import com.google.common.collect.HashBasedTable;
import com.google.common.collect.Table;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The last line against taking a host past its capacity: refuses what does not fit beside what the host holds and what is
 * being brought there. Thread-safe; its state is guarded by {@code this}.
 *
 * <p>The rule is one: a host's capacity in the inventory is what it has, less what domains hold that are not its machines;
 * of that its machines hold what they are allocated while they are not off. So what a management center sees free, which
 * also keeps room for machines that are off, is never more than what is found here.
 */
final class Rooms {
    private final Cluster cluster;
    private final Table<HostId, VmId, Resources> coming = HashBasedTable.create();

    Rooms(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Does something for which a machine needs that much of a host, and keeps it until it is done.
     *
     * @param vm the machine; what it has on that host now is part of the room
     * @throws AdapterException {@code NO_CAPACITY} if there is no room, by what the host answers now
     */
    <T> T with(HostId host, VmId vm, Resources needed, Deadline deadline, Supplier<T> action) {
        if (!keep(host, vm, needed)) {
            cluster.refresh(deadline, host);
            if (!keep(host, vm, needed)) {
                throw new AdapterException.Permanent(
                        Cause.NO_CAPACITY,
                        "host " + host + " lacks the room for VM " + vm + " with " + needed + ": " + free(host, vm)
                                + " free");
            }
        }
        try {
            return action.get();
        } finally {
            release(host, vm);
        }
    }

    private synchronized boolean keep(HostId host, VmId vm, Resources needed) {
        boolean fits = needed.fitsIn(free(host, vm));
        if (fits) {
            coming.put(host, vm, needed);
        }
        return fits;
    }

    private synchronized void release(HostId host, VmId vm) {
        coming.remove(host, vm);
    }

    private synchronized Resources free(HostId host, VmId vm) {
        Directory directory = cluster.directory();
        Resources kept = coming.row(host).entrySet().stream()
                .filter(other -> !other.getKey().equals(vm) && !isThere(directory, other.getKey(), host))
                .map(Map.Entry::getValue)
                .reduce(Resources.NONE, Resources::plus);
        return directory.room(cluster.host(host).settings(), vm).minus(kept);
    }

    private static boolean isThere(Directory directory, VmId vm, HostId host) {
        return directory
                .find(vm)
                .filter(found -> found.host().equals(host) && !found.isOff())
                .isPresent();
    }
}
