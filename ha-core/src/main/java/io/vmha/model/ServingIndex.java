package io.vmha.model;

import io.vavr.collection.HashMap;
import io.vavr.collection.TreeMap;
import io.vavr.collection.TreeSet;
import java.util.Comparator;
import java.util.Map;

/**
 * The machines that could serve, by type and cluster, then by the size of their allocation, then the least loaded first.
 *
 * <p>Kept apart by size because the load after a move depends on the target's size: within one size the order by load is
 * the order by load after any move, so that the best of a size is found without looking at the rest. Immutable.
 */
final class ServingIndex {
    private static final Comparator<Resources> BY_SIZE =
            Comparator.comparingLong(Resources::cpuMillis).thenComparingLong(Resources::memoryMiB);
    private static final TreeSet<Candidate> NOBODY = TreeSet.empty();
    private static final TreeMap<Resources, TreeSet<Candidate>> NO_SIZES = TreeMap.empty(BY_SIZE);

    static final ServingIndex EMPTY = new ServingIndex(HashMap.empty());

    private record Key(VmType type, ClusterRole role) {}

    private final HashMap<Key, TreeMap<Resources, TreeSet<Candidate>>> sizes;

    private ServingIndex(HashMap<Key, TreeMap<Resources, TreeSet<Candidate>>> sizes) {
        this.sizes = sizes;
    }

    Iterable<? extends Iterable<Candidate>> groups(VmType type, ClusterRole role) {
        return sizes.getOrElse(new Key(type, role), NO_SIZES).values();
    }

    boolean isEmpty(ClusterRole role) {
        return !sizes.keysIterator().exists(key -> key.role() == role);
    }

    Editor edit() {
        return new Editor(sizes);
    }

    /** Collects changes, so that several of one kind touch the outer map once. Confined to the thread that made it. */
    static final class Editor {
        private final HashMap<Key, TreeMap<Resources, TreeSet<Candidate>>> before;
        private final Map<Key, TreeMap<Resources, TreeSet<Candidate>>> edited = new java.util.HashMap<>();

        private Editor(HashMap<Key, TreeMap<Resources, TreeSet<Candidate>>> before) {
            this.before = before;
        }

        void add(VirtualMachine vm, Host host) {
            Key key = new Key(vm.type(), host.role());
            var bySize = bySize(key);
            var group = bySize.getOrElse(vm.allocation(), NOBODY).add(new Candidate(vm, host));
            edited.put(key, bySize.put(vm.allocation(), group));
        }

        void remove(VirtualMachine vm, Host host) {
            Key key = new Key(vm.type(), host.role());
            var bySize = bySize(key);
            var group = bySize.getOrElse(vm.allocation(), NOBODY).remove(new Candidate(vm, host));
            edited.put(key, group.isEmpty() ? bySize.remove(vm.allocation()) : bySize.put(vm.allocation(), group));
        }

        private TreeMap<Resources, TreeSet<Candidate>> bySize(Key key) {
            TreeMap<Resources, TreeSet<Candidate>> known = edited.get(key);
            return known != null ? known : before.getOrElse(key, NO_SIZES);
        }

        ServingIndex build() {
            var sizes = before;
            for (var entry : edited.entrySet()) {
                sizes = entry.getValue().isEmpty()
                        ? sizes.remove(entry.getKey())
                        : sizes.put(entry.getKey(), entry.getValue());
            }
            return new ServingIndex(sizes);
        }
    }
}
