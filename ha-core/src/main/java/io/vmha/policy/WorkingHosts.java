package io.vmha.policy;

import com.google.common.collect.Sets;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostAllocation;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The hosts to which machines may be moved, or on which failed ones may be powered on again or cloned anew, with the room that
 * earlier decisions of the same batch took: sound ones of the machine's own cluster, the least full first afterwards, then by
 * id.
 *
 * <p>Reads the inventory's hosts, the least full first, only as far as it needs to, and changes nothing in it. For each size of
 * machine there is a queue of those that were read. Made for one decision and thrown away; confined to the thread that made
 * it.
 */
final class WorkingHosts {
    private record Key(ClusterRole role, Resources allocation) {}

    private final Inventory inventory;
    private final Set<HostId> lostHosts;
    private final Map<ClusterRole, List<WorkingRooms>> rooms = new EnumMap<>(ClusterRole.class);
    private final Map<Key, RoomQueue> queues = new HashMap<>();

    WorkingHosts(Inventory inventory, Set<HostId> lostHosts) {
        this.inventory = inventory;
        this.lostHosts = lostHosts;
    }

    /** Chooses a host and takes the room there; empty if none has it and keeps anti-affinity. */
    Optional<Host> place(VirtualMachine vm) {
        return place(vm, host -> true);
    }

    /** Chooses a host that suits and takes the room there; empty if none has it and keeps anti-affinity. */
    Optional<Host> place(VirtualMachine vm, Predicate<Host> suits) {
        Host current = inventory.hostOf(vm);
        RoomQueue queue = queues.computeIfAbsent(new Key(current.role(), vm.allocation()), this::queue);
        if (current.takesMachines() && !lostHosts.contains(current.id())) {
            queue.add(withoutItself(vm, current));
        }
        WorkingRoom chosen = take(queue, vm, suits);
        return Optional.ofNullable(chosen).map(WorkingRoom::host);
    }

    /** What a machine is allocated where it is now is free for it again. */
    private WorkingRoom withoutItself(VirtualMachine vm, Host current) {
        return new WorkingRoom(
                new HostAllocation(current, inventory.allocatedOn(current.id()).minus(vm.allocation())));
    }

    private RoomQueue queue(Key key) {
        return new RoomQueue(key.allocation(), rooms.computeIfAbsent(key.role(), this::read));
    }

    private List<WorkingRooms> read(ClusterRole role) {
        List<WorkingRooms> groups = new ArrayList<>();
        inventory.placeableByCapacity(role).forEach(group -> groups.add(new WorkingRooms(group.iterator(), lostHosts)));
        return groups;
    }

    private @Nullable WorkingRoom take(RoomQueue queue, VirtualMachine vm, Predicate<Host> suits) {
        List<WorkingRoom> refused = new ArrayList<>(0);
        WorkingRoom least = queue.leastFull();
        while (least != null && !(suits.test(least.host()) && keepsAntiAffinity(vm, least))) {
            queue.removeLeastFull();
            refused.add(least);
            least = queue.leastFull();
        }
        if (least != null) {
            least.take(vm);
        }
        refused.forEach(queue::add);
        return least;
    }

    private boolean keepsAntiAffinity(VirtualMachine vm, WorkingRoom room) {
        return vm.antiAffinity().isEmpty()
                || (room.taken().stream().noneMatch(other -> share(vm, other))
                        && inventory.vmsOn(room.host().id()).stream().noneMatch(other -> share(vm, other)));
    }

    private static boolean share(VirtualMachine vm, VirtualMachine other) {
        return !vm.id().equals(other.id())
                && !Sets.intersection(vm.antiAffinity(), other.antiAffinity()).isEmpty();
    }
}
