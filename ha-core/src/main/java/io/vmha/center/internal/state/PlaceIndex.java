package io.vmha.center.internal.state;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The VMs that are registered or may be running on a host while the inventory shows them on another. Confined to the center's
 * loop.
 */
final class PlaceIndex {
    private final Map<HostId, Set<VmId>> vms = new HashMap<>();
    private final Map<VmId, Set<HostId>> hosts = new HashMap<>();

    /** The VMs that are on a host too. */
    Set<VmId> alsoOn(HostId host) {
        return vms.getOrDefault(host, Set.of());
    }

    /** Sets where a VM is too; returns the hosts where it was and is not any more. */
    Set<HostId> set(VmId vm, Set<HostId> also) {
        Set<HostId> before = also.isEmpty() ? hosts.remove(vm) : hosts.put(vm, ImmutableSet.copyOf(also));
        for (HostId host : also) {
            vms.computeIfAbsent(host, key -> new LinkedHashSet<>()).add(vm);
        }
        if (before == null) {
            return Set.of();
        }
        Set<HostId> left = new LinkedHashSet<>(before);
        left.removeAll(also);
        for (HostId host : left) {
            Set<VmId> others = vms.getOrDefault(host, Set.of());
            others.remove(vm);
            if (others.isEmpty()) {
                vms.remove(host);
            }
        }
        return left;
    }
}
