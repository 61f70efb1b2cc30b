package io.vmha.policy;

import io.vmha.model.Host;
import io.vmha.model.HostAllocation;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The room of hosts while the parts of a decision take it (invariant 5 of the reference design); a VM that moves while it runs
 * counts at both ends. Confined to the thread that made it.
 */
final class CheckedRoom {
    private final Inventory inventory;
    private final Map<HostId, WorkingRoom> rooms = new HashMap<>(2);

    CheckedRoom(Inventory inventory) {
        this.inventory = inventory;
    }

    /** Places a VM on an available host; what is wrong with that. */
    Optional<String> place(VirtualMachine vm, Host host, boolean isLive) {
        if (!isLive) {
            WorkingRoom from = room(inventory.hostOf(vm));
            if (!from.hasLeft(vm.id())) {
                from.leave(vm);
            }
        }
        WorkingRoom room = room(host);
        boolean fits = room.fullnessWith(vm.allocation()) <= RoomQueue.FULL;
        boolean keepsApart = room.keepsAntiAffinity(vm, inventory);
        room.take(vm);
        if (!fits) {
            return Optional.of("host " + host.id() + " has no room for " + vm.allocation());
        }
        return keepsApart
                ? Optional.empty()
                : Optional.of("host " + host.id() + " runs a VM of the same anti-affinity group");
    }

    /** Gives a VM another allocation where it is; what is wrong with that. */
    Optional<String> resize(VirtualMachine vm, Resources allocation) {
        Resources more = allocation.minus(vm.allocation());
        if (more.equals(Resources.NONE)) {
            return Optional.empty();
        }
        WorkingRoom room = room(inventory.hostOf(vm));
        boolean fits = room.fullnessWith(more) <= RoomQueue.FULL;
        room.grow(more);
        return fits ? Optional.empty() : Optional.of("host " + vm.host() + " has no room for " + more + " more");
    }

    private WorkingRoom room(Host host) {
        return rooms.computeIfAbsent(
                host.id(), id -> new WorkingRoom(new HostAllocation(host, inventory.allocatedOn(id))));
    }
}
