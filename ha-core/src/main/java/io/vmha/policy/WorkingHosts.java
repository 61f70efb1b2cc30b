package io.vmha.policy;

import com.google.common.collect.Sets;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hosts on which failed machines may be powered on again or cloned anew, with the room that earlier decisions of the
 * same batch took: sound ones of the machine's own cluster, the least full first afterwards, then by id.
 *
 * <p>For each size of machine there is a queue of the hosts by how full that machine would make them. Hosts only get fuller
 * in a batch, so that an entry that is out of date stands too early, and is put right when it comes to the front. Made for
 * one decision and thrown away; confined to the thread that made it.
 */
final class WorkingHosts {
    private record Key(ClusterRole role, Resources allocation) {}

    private final Inventory inventory;
    private final Map<HostId, Room> rooms = new HashMap<>();
    private final Map<Key, PriorityQueue<Entry>> queues = new HashMap<>();

    WorkingHosts(Inventory inventory, Set<HostId> lostHosts) {
        this.inventory = inventory;
        for (Host host : inventory.hosts()) {
            if (host.health() == HostHealth.UP && !host.inMaintenance() && !lostHosts.contains(host.id())) {
                rooms.put(host.id(), new Room(host, inventory.allocatedOn(host.id())));
            }
        }
    }

    /** Chooses a host and takes the room there; empty if none has it and keeps anti-affinity. */
    Optional<Host> place(VirtualMachine vm) {
        // What it is allocated where it is now is free for it again; where its host is lost, that is no candidate
        // anyway.
        Room current = rooms.get(vm.host());
        if (current != null) {
            current.allocated = current.allocated.minus(vm.allocation());
        }
        PriorityQueue<Entry> queue =
                queues.computeIfAbsent(new Key(inventory.hostOf(vm).role(), vm.allocation()), this::queue);
        Room chosen = take(queue, vm);
        return Optional.ofNullable(chosen).map(room -> room.host);
    }

    private PriorityQueue<Entry> queue(Key key) {
        List<Entry> entries = new ArrayList<>();
        for (Room room : rooms.values()) {
            if (room.host.role() == key.role()) {
                entries.add(new Entry(room, room.fullnessWith(key.allocation())));
            }
        }
        return new PriorityQueue<>(entries);
    }

    private @Nullable Room take(PriorityQueue<Entry> queue, VirtualMachine vm) {
        List<Entry> refused = new ArrayList<>(0);
        Room chosen = null;
        while (chosen == null && !queue.isEmpty() && queue.element().fullness <= 1) {
            Entry least = queue.remove();
            double fullness = least.room.fullnessWith(vm.allocation());
            if (fullness != least.fullness) {
                queue.add(new Entry(least.room, fullness));
            } else if (keepsAntiAffinity(vm, least.room)) {
                chosen = least.room;
                chosen.take(vm);
                queue.add(new Entry(chosen, chosen.fullnessWith(vm.allocation())));
            } else {
                refused.add(least);
            }
        }
        queue.addAll(refused);
        return chosen;
    }

    private boolean keepsAntiAffinity(VirtualMachine vm, Room room) {
        return vm.antiAffinity().isEmpty()
                || (room.taken.stream().noneMatch(other -> share(vm, other))
                        && inventory.vmsOn(room.host.id()).stream().noneMatch(other -> share(vm, other)));
    }

    private static boolean share(VirtualMachine vm, VirtualMachine other) {
        return !vm.id().equals(other.id())
                && !Sets.intersection(vm.antiAffinity(), other.antiAffinity()).isEmpty();
    }

    private static final class Room {
        private final Host host;
        private final List<VirtualMachine> taken = new ArrayList<>(0);
        private Resources allocated;

        private Room(Host host, Resources allocated) {
            this.host = host;
            this.allocated = allocated;
        }

        private double fullnessWith(Resources added) {
            return HostPlacement.fullness(allocated.plus(added), host.capacity());
        }

        private void take(VirtualMachine vm) {
            allocated = allocated.plus(vm.allocation());
            taken.add(vm);
        }
    }

    private static final class Entry implements Comparable<Entry> {
        private final Room room;
        private final double fullness;

        private Entry(Room room, double fullness) {
            this.room = room;
            this.fullness = fullness;
        }

        @Override
        public int compareTo(Entry other) {
            int byFullness = Double.compare(fullness, other.fullness);
            return byFullness == 0 ? room.host.id().compareTo(other.room.host.id()) : byFullness;
        }
    }
}
