package io.vmha.model;

import com.google.common.collect.Iterables;
import io.vavr.collection.HashMap;
import io.vavr.collection.TreeSet;

/**
 * The hosts by cluster, those in quarantine apart, then by capacity, then the least full first, then by id.
 *
 * <p>Kept apart by capacity because what a machine adds to a host's fullness depends on it: within one capacity a machine
 * adds the same everywhere, so that the host that it leaves least full is near the front. A host's health is not in it, so
 * that a failure costs nothing here. Immutable.
 */
final class RoomIndex {
    static final RoomIndex EMPTY = new RoomIndex(HashMap.empty());

    private record Key(ClusterRole role, boolean isLast, Resources capacity) {}

    private record Place(double fullness, HostId host) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int order = Double.compare(fullness, other.fullness);
            return order == 0 ? host.compareTo(other.host) : order;
        }
    }

    private final HashMap<Key, TreeSet<Place>> places;

    private RoomIndex(HashMap<Key, TreeSet<Place>> places) {
        this.places = places;
    }

    /** One group for each capacity, as far as it is read; those of the hosts in quarantine come last. */
    Iterable<Iterable<HostId>> groups(ClusterRole role) {
        return Iterables.concat(groups(role, false), groups(role, true));
    }

    private Iterable<Iterable<HostId>> groups(ClusterRole role, boolean areLast) {
        return Iterables.transform(
                places.filterKeys(key -> key.role() == role && key.isLast() == areLast)
                        .values(),
                group -> Iterables.transform(group, Place::host));
    }

    RoomIndex with(HostEntry added) {
        Key key = key(added);
        return new RoomIndex(
                places.put(key, places.getOrElse(key, TreeSet.empty()).add(place(added))));
    }

    /** With a host as it is now in place of what it was. */
    RoomIndex replaced(HostEntry before, HostEntry after) {
        return without(before).with(after);
    }

    RoomIndex without(HostEntry removed) {
        Key key = key(removed);
        TreeSet<Place> left = places.get(key).get().remove(place(removed));
        return new RoomIndex(left.isEmpty() ? places.remove(key) : places.put(key, left));
    }

    /** Whether a host stands where it was; if so, there is no need to replace it. */
    static boolean hasSamePlace(HostEntry before, HostEntry after) {
        return before.allocated().equals(after.allocated())
                && before.host().capacity().equals(after.host().capacity())
                && before.host().role() == after.host().role()
                && before.host().inQuarantine() == after.host().inQuarantine();
    }

    private static Key key(HostEntry entry) {
        return new Key(
                entry.host().role(), entry.host().inQuarantine(), entry.host().capacity());
    }

    private static Place place(HostEntry entry) {
        return new Place(
                entry.allocated().shareOf(entry.host().capacity()), entry.host().id());
    }
}
