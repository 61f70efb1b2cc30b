package io.vmha.model;

import com.google.common.collect.ImmutableList;
import io.vavr.collection.HashMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
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

    static final ServingIndex EMPTY = new ServingIndex(HashMap.empty());

    private record Key(VmType type, ClusterRole role) {}

    /**
     * The machines of one type and cluster. Immutable.
     *
     * @param sizes the sizes that there are, the smallest first
     * @param orders the machines of each of these sizes
     */
    private record Group(ImmutableList<Resources> sizes, ImmutableList<LoadOrder> orders) {
        static final Group EMPTY = new Group(ImmutableList.of(), ImmutableList.of());
    }

    private final HashMap<Key, Group> groups;

    private ServingIndex(HashMap<Key, Group> groups) {
        this.groups = groups;
    }

    Iterable<? extends Iterable<Candidate>> groups(VmType type, ClusterRole role) {
        return groups.getOrElse(new Key(type, role), Group.EMPTY).orders();
    }

    boolean isEmpty(ClusterRole role) {
        return !groups.keysIterator().exists(key -> key.role() == role);
    }

    Editor edit() {
        return new Editor(groups);
    }

    /** Collects changes, so that each type and cluster is written once. Confined to the thread that made it. */
    static final class Editor {
        private final HashMap<Key, Group> groups;
        private final Map<Key, OpenGroup> open = new LinkedHashMap<>();

        private Editor(HashMap<Key, Group> groups) {
            this.groups = groups;
        }

        void add(VirtualMachine vm, Host host) {
            open(vm, host).add(vm.allocation(), new Candidate(vm, host));
        }

        void remove(VirtualMachine vm, Host host) {
            open(vm, host).remove(vm.allocation(), new Candidate(vm, host));
        }

        /** Takes one machine's entry out and puts another's in. */
        void replace(VirtualMachine before, Host source, VirtualMachine after, Host target) {
            boolean alike = before.type().equals(after.type())
                    && source.role() == target.role()
                    && before.allocation().equals(after.allocation());
            if (alike) {
                open(after, target)
                        .replace(after.allocation(), new Candidate(before, source), new Candidate(after, target));
            } else {
                remove(before, source);
                add(after, target);
            }
        }

        private OpenGroup open(VirtualMachine vm, Host host) {
            Key key = new Key(vm.type(), host.role());
            OpenGroup known = open.get(key);
            if (known == null) {
                known = new OpenGroup(groups.getOrElse(key, Group.EMPTY));
                open.put(key, known);
            }
            return known;
        }

        ServingIndex build() {
            HashMap<Key, Group> changed = groups;
            for (Map.Entry<Key, OpenGroup> entry : open.entrySet()) {
                Group group = entry.getValue().close();
                changed = group.sizes().isEmpty() ? changed.remove(entry.getKey()) : changed.put(entry.getKey(), group);
            }
            return new ServingIndex(changed);
        }
    }

    /** One type and cluster while it is changed. There are few sizes, so that they are looked through one by one. */
    private static final class OpenGroup {
        private final List<Resources> sizes;
        private final List<LoadOrder> orders;

        private OpenGroup(Group group) {
            this.sizes = new ArrayList<>(group.sizes());
            this.orders = new ArrayList<>(group.orders());
        }

        private void add(Resources size, Candidate candidate) {
            int at = 0;
            while (at < sizes.size() && BY_SIZE.compare(sizes.get(at), size) < 0) {
                at++;
            }
            if (at == sizes.size() || !sizes.get(at).equals(size)) {
                sizes.add(at, size);
                orders.add(at, LoadOrder.EMPTY);
            }
            orders.set(at, orders.get(at).with(candidate));
        }

        private void remove(Resources size, Candidate candidate) {
            int at = sizes.indexOf(size);
            if (at < 0) {
                return;
            }
            LoadOrder left = orders.get(at).without(candidate);
            if (left.isEmpty()) {
                sizes.remove(at);
                orders.remove(at);
            } else {
                orders.set(at, left);
            }
        }

        private void replace(Resources size, Candidate before, Candidate after) {
            int at = sizes.indexOf(size);
            orders.set(at, orders.get(at).without(before).with(after));
        }

        private Group close() {
            return new Group(ImmutableList.copyOf(sizes), ImmutableList.copyOf(orders));
        }
    }
}
