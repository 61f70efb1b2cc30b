package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one reading of a virtualization platform showed: its hosts, which of them answered, and the VMs that were seen on them.
 * Immutable and safe to share between threads.
 *
 * <p>About a host that did not answer a snapshot says nothing, and neither about the VMs that may be on it: what it carries of
 * them is what was last known. A VM may be listed once for each host on which it was seen, which is how a VM that runs twice
 * shows. What a snapshot lacks is not deleted by that.
 *
 * @param hosts all hosts, each once
 * @param vms the VMs as they were seen, at most once for each host; each on one of the hosts
 * @param answered the hosts that answered; each is one of the hosts
 */
public record PlatformSnapshot(List<Host> hosts, List<VirtualMachine> vms, Set<HostId> answered) {

    private record Place(VmId vm, HostId host) {}

    /**
     * Copies the collections and checks them against one another.
     *
     * @throws IllegalArgumentException if a host is listed twice, a VM twice on one host or on a host that is not listed, or a
     *     host answered that is not listed
     */
    public PlatformSnapshot {
        hosts = ImmutableList.copyOf(hosts);
        vms = ImmutableList.copyOf(vms);
        answered = ImmutableSet.copyOf(answered);
        Set<HostId> known = new HashSet<>();
        for (Host host : hosts) {
            checkArgument(known.add(host.id()), "two hosts with the id %s", host.id());
        }
        Set<Place> places = new HashSet<>();
        for (VirtualMachine vm : vms) {
            checkArgument(known.contains(vm.host()), "VM %s is on host %s, which does not exist", vm.id(), vm.host());
            checkArgument(
                    places.add(new Place(vm.id(), vm.host())), "VM %s is listed twice on host %s", vm.id(), vm.host());
        }
        for (HostId host : answered) {
            checkArgument(known.contains(host), "host %s answered, but does not exist", host);
        }
    }

    /** Returns the snapshot of an inventory, in which the hosts answered that run their VMs, and those that are confirmed off. */
    public static PlatformSnapshot of(Inventory inventory) {
        Collection<Host> hosts = inventory.hosts();
        return new PlatformSnapshot(
                ImmutableList.copyOf(hosts),
                ImmutableList.copyOf(inventory.vms()),
                hosts.stream()
                        .filter(host -> host.health() != HostHealth.UNREACHABLE)
                        .map(Host::id)
                        .collect(ImmutableSet.toImmutableSet()));
    }

    /** The snapshot as an inventory; of a VM that was seen on several hosts the place where it was seen powered on counts first. */
    public Inventory toInventory() {
        Inventory.Builder builder = Inventory.builder();
        hosts.forEach(builder::add);
        Map<VmId, VirtualMachine> byId = new LinkedHashMap<>();
        for (VirtualMachine vm : vms) {
            byId.merge(vm.id(), vm, (first, next) -> first.power() == PowerState.ON ? first : next);
        }
        byId.values().forEach(builder::add);
        return builder.build();
    }
}
