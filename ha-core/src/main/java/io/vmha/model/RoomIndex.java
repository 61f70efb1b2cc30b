package io.vmha.model;

import io.vavr.collection.HashMap;
import io.vavr.collection.TreeSet;

/**
 * The hosts that machines may be placed on, by cluster, then by capacity, then the least full first.
 *
 * <p>Kept apart by capacity because what a machine adds to a host's fullness depends on it: within one capacity a machine
 * adds the same everywhere, so that the host that it leaves least full is near the front. Immutable.
 */
final class RoomIndex {
    static final RoomIndex EMPTY = new RoomIndex(HashMap.empty());

    private final HashMap<ClusterRole, HashMap<Resources, TreeSet<HostRoom>>> rooms;

    private RoomIndex(HashMap<ClusterRole, HashMap<Resources, TreeSet<HostRoom>>> rooms) {
        this.rooms = rooms;
    }

    Iterable<? extends Iterable<HostRoom>> groups(ClusterRole role) {
        return of(role).values();
    }

    /** With a host as it is now in place of what it was; either may be no place for machines. */
    RoomIndex replaced(HostEntry before, HostEntry after) {
        return isSame(before, after) ? this : without(before).with(after);
    }

    RoomIndex with(HostEntry added) {
        Host host = added.host();
        if (!host.takesMachines()) {
            return this;
        }
        TreeSet<HostRoom> group = of(host.role()).getOrElse(host.capacity(), TreeSet.empty());
        return with(host, group.add(new HostRoom(host, added.allocated())));
    }

    private RoomIndex without(HostEntry removed) {
        Host host = removed.host();
        if (!host.takesMachines()) {
            return this;
        }
        TreeSet<HostRoom> group = of(host.role()).getOrElse(host.capacity(), TreeSet.empty());
        return with(host, group.remove(new HostRoom(host, removed.allocated())));
    }

    private static boolean isSame(HostEntry before, HostEntry after) {
        return before.host().equals(after.host()) && before.allocated().equals(after.allocated());
    }

    private HashMap<Resources, TreeSet<HostRoom>> of(ClusterRole role) {
        return rooms.getOrElse(role, HashMap.empty());
    }

    private RoomIndex with(Host host, TreeSet<HostRoom> group) {
        HashMap<Resources, TreeSet<HostRoom>> sizes = of(host.role());
        return new RoomIndex(rooms.put(
                host.role(), group.isEmpty() ? sizes.remove(host.capacity()) : sizes.put(host.capacity(), group)));
    }
}
