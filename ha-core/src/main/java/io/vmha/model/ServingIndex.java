package io.vmha.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.SortedSet;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * The machines that could serve, by type and cluster, then by the size of their allocation, then the least loaded first.
 *
 * <p>Kept apart by size because the load after a move depends on the target's size: within one size the order by load is
 * the order by load after any move, so that the best of a size is found without looking at the rest. Immutable.
 */
final class ServingIndex {
    private static final Comparator<VirtualMachine> BY_LOAD =
            Comparator.comparingDouble(VirtualMachine::load).thenComparing(VirtualMachine::id);
    private static final Comparator<Resources> BY_SIZE =
            Comparator.comparingLong(Resources::cpuMillis).thenComparingLong(Resources::memoryMiB);
    private static final TreePSet<VirtualMachine> NO_VMS = TreePSet.empty(BY_LOAD);
    private static final TreePMap<Resources, TreePSet<VirtualMachine>> NO_SIZES = TreePMap.empty(BY_SIZE);

    static final ServingIndex EMPTY = new ServingIndex(HashTreePMap.empty());

    private record Key(VmType type, ClusterRole role) {}

    private final HashPMap<Key, TreePMap<Resources, TreePSet<VirtualMachine>>> sizes;

    private ServingIndex(HashPMap<Key, TreePMap<Resources, TreePSet<VirtualMachine>>> sizes) {
        this.sizes = sizes;
    }

    Collection<? extends SortedSet<VirtualMachine>> groups(VmType type, ClusterRole role) {
        return sizes.getOrDefault(new Key(type, role), NO_SIZES).values();
    }

    boolean isEmpty(ClusterRole role) {
        return sizes.keySet().stream().noneMatch(key -> key.role() == role);
    }

    ServingIndex plus(VirtualMachine vm, ClusterRole role) {
        Key key = new Key(vm.type(), role);
        var bySize = sizes.getOrDefault(key, NO_SIZES);
        var group = bySize.getOrDefault(vm.allocation(), NO_VMS).plus(vm);
        return new ServingIndex(sizes.plus(key, bySize.plus(vm.allocation(), group)));
    }

    ServingIndex minus(VirtualMachine vm, ClusterRole role) {
        Key key = new Key(vm.type(), role);
        var bySize = sizes.getOrDefault(key, NO_SIZES);
        var group = bySize.getOrDefault(vm.allocation(), NO_VMS).minus(vm);
        var left = group.isEmpty() ? bySize.minus(vm.allocation()) : bySize.plus(vm.allocation(), group);
        return new ServingIndex(left.isEmpty() ? sizes.minus(key) : sizes.plus(key, left));
    }
}
