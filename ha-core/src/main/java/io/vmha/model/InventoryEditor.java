package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import io.vavr.collection.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects changes to an inventory, so that what several of them touch is written once. Made for one change and thrown
 * away; confined to the thread that made it.
 */
final class InventoryEditor {
    private HashMap<HostId, HostEntry> hosts;
    private HashMap<VmId, VirtualMachine> vms;
    private HashMap<VmId, VmIdSet> ownersByServer;
    private final ServingIndex.Editor serving;
    private final HashMap<HostId, HostEntry> hostsBefore;
    private final RoomIndex roomsBefore;
    private final ReplicaSets replicaSets;
    private final Set<HostId> reallocated = new LinkedHashSet<>();
    private @Nullable HostEntry last;
    /** A host that is being changed with its machines, as it was, and those of them that the index still has on it. */
    private @Nullable Host changing;

    private final Set<VmId> indexedOnOld = new HashSet<>();

    InventoryEditor(
            HashMap<HostId, HostEntry> hosts,
            HashMap<VmId, VirtualMachine> vms,
            HashMap<VmId, VmIdSet> ownersByServer,
            ServingIndex serving,
            RoomIndex rooms,
            ReplicaSets replicaSets) {
        this.hosts = hosts;
        this.vms = vms;
        this.ownersByServer = ownersByServer;
        this.serving = serving.edit();
        this.hostsBefore = hosts;
        this.roomsBefore = rooms;
        this.replicaSets = replicaSets;
    }

    Inventory build() {
        return new Inventory(hosts, vms, ownersByServer, serving.build(), rooms(), replicaSets);
    }

    private RoomIndex rooms() {
        RoomIndex rooms = roomsBefore;
        for (HostId id : reallocated) {
            HostEntry before = hostsBefore.getOrElse(id, null);
            HostEntry after = hosts.get(id).get();
            rooms = before == null ? rooms.with(after) : rooms.replaced(before, after);
        }
        return rooms;
    }

    void put(Host host) {
        HostEntry before = hosts.getOrElse(host.id(), null);
        if (before == null) {
            putHost(null, HostEntry.empty(host));
            return;
        }
        HostEntry after = before.with(host);
        putHost(before, after);
        for (VmId id : after.vms()) {
            VirtualMachine vm = vms.get(id).get();
            reindex(vm, before.host(), vm, host);
        }
    }

    /** Changes a host and machines together: those of its machines that change anyway are looked at once. */
    void put(Host host, Iterable<? extends VirtualMachine> changed) {
        HostEntry before = hosts.getOrElse(host.id(), null);
        if (before == null) {
            put(host);
            changed.forEach(this::put);
            return;
        }
        HostEntry after = before.with(host);
        putHost(before, after);
        changing = before.host();
        after.vms().forEach(indexedOnOld::add);
        for (VirtualMachine vm : changed) {
            put(vm);
            indexedOnOld.remove(vm.id());
        }
        for (VmId id : indexedOnOld) {
            VirtualMachine vm = vms.get(id).get();
            reindex(vm, before.host(), vm, host);
        }
        changing = null;
        indexedOnOld.clear();
    }

    void put(VirtualMachine vm) {
        HostEntry target = entry(vm.host());
        checkArgument(target != null, "VM %s is on host %s, which does not exist", vm.id(), vm.host());
        VirtualMachine before = vms.getOrElse(vm.id(), null);
        Host source = before == null ? target.host() : indexedOn(before, target.host());
        putOnHost(before, vm, target);
        vms = vms.put(vm.id(), vm);
        changeOwner(before, vm);
        reindex(before, source, vm, target.host());
    }

    /** The host as it was when the machine was put into the index. */
    private Host indexedOn(VirtualMachine vm, Host target) {
        Host old = changing;
        if (old != null && indexedOnOld.contains(vm.id())) {
            return old;
        }
        return vm.host().equals(target.id()) ? target : host(vm.host());
    }

    void remove(VmId id) {
        VirtualMachine vm = vms.getOrElse(id, null);
        if (vm == null) {
            return;
        }
        HostEntry entry = hosts.get(vm.host()).get();
        putHost(entry, entry.without(vm));
        vms = vms.remove(id);
        disown(vm);
        if (isIndexed(vm, entry.host())) {
            serving.remove(vm, entry.host());
        }
    }

    /** Changes often come in a row for one host's machines. */
    private @Nullable HostEntry entry(HostId id) {
        HostEntry known = last;
        if (known == null || !known.host().id().equals(id)) {
            known = hosts.getOrElse(id, null);
            last = known;
        }
        return known;
    }

    private void putHost(@Nullable HostEntry before, HostEntry after) {
        hosts = hosts.put(after.host().id(), after);
        last = after;
        if (before == null || !RoomIndex.hasSamePlace(before, after)) {
            reallocated.add(after.host().id());
        }
    }

    private Host host(HostId id) {
        return hosts.get(id).get().host();
    }

    private void putOnHost(@Nullable VirtualMachine before, VirtualMachine after, HostEntry target) {
        if (before == null) {
            putHost(target, target.with(after));
        } else if (!before.host().equals(after.host())) {
            HostEntry left = hosts.get(before.host()).get();
            putHost(left, left.without(before));
            putHost(target, target.with(after));
        } else if (!before.allocation().equals(after.allocation())) {
            putHost(target, target.with(before, after));
        }
    }

    private void changeOwner(@Nullable VirtualMachine before, VirtualMachine after) {
        if (before != null) {
            if (before.servedBy().equals(after.servedBy())) {
                return;
            }
            disown(before);
        }
        after.servedBy()
                .ifPresent(server -> ownersByServer = ownersByServer.put(
                        server, ownersByServer.getOrElse(server, VmIdSet.EMPTY).with(after.id())));
    }

    private void disown(VirtualMachine vm) {
        vm.servedBy().ifPresent(server -> {
            VmIdSet left = ownersByServer.getOrElse(server, VmIdSet.EMPTY).without(vm.id());
            ownersByServer = left.isEmpty() ? ownersByServer.remove(server) : ownersByServer.put(server, left);
        });
    }

    private void reindex(@Nullable VirtualMachine before, Host source, VirtualMachine after, Host target) {
        boolean wasIndexed = before != null && isIndexed(before, source);
        boolean isIndexed = isIndexed(after, target);
        if (before != null && wasIndexed && isIndexed) {
            serving.replace(before, source, after, target);
        } else if (before != null && wasIndexed) {
            serving.remove(before, source);
        } else if (isIndexed) {
            serving.add(after, target);
        }
    }

    private static boolean isIndexed(VirtualMachine vm, Host host) {
        return vm.isServing() && host.isAvailable();
    }
}
