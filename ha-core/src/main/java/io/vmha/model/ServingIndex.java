package io.vmha.model;

import io.vavr.collection.HashMap;
import io.vavr.collection.TreeMap;
import io.vavr.collection.TreeSet;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The machines that could serve, by type and cluster, then by the size of their allocation, then the least loaded first.
 *
 * <p>Kept apart by size because the load after a move depends on the target's size: within one size the order by load is
 * the order by load after any move, so that the best of a size is found without looking at the rest. Immutable.
 */
final class ServingIndex {
    private static final Comparator<Resources> BY_SIZE = (left, right) -> {
        int byCpu = Long.compare(left.cpuMillis(), right.cpuMillis());
        return byCpu == 0 ? Long.compare(left.memoryMiB(), right.memoryMiB()) : byCpu;
    };
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
        private HashMap<Key, TreeMap<Resources, TreeSet<Candidate>>> sizes;
        private @Nullable Key openKey;
        private TreeMap<Resources, TreeSet<Candidate>> open = NO_SIZES;

        private Editor(HashMap<Key, TreeMap<Resources, TreeSet<Candidate>>> sizes) {
            this.sizes = sizes;
        }

        void add(VirtualMachine vm, Host host) {
            open(new Key(vm.type(), host.role()));
            open = open.put(vm.allocation(), group(vm).add(new Candidate(vm, host)));
        }

        void remove(VirtualMachine vm, Host host) {
            open(new Key(vm.type(), host.role()));
            TreeSet<Candidate> left = group(vm).remove(new Candidate(vm, host));
            open = left.isEmpty() ? open.remove(vm.allocation()) : open.put(vm.allocation(), left);
        }

        /** Takes one machine's entry out and puts another's in; faster than one after the other where both are alike. */
        void replace(VirtualMachine before, Host source, VirtualMachine after, Host target) {
            boolean alike = before.type().equals(after.type())
                    && source.role() == target.role()
                    && before.allocation().equals(after.allocation());
            if (!alike) {
                remove(before, source);
                add(after, target);
                return;
            }
            open(new Key(after.type(), target.role()));
            TreeSet<Candidate> group =
                    group(after).remove(new Candidate(before, source)).add(new Candidate(after, target));
            open = open.put(after.allocation(), group);
        }

        private TreeSet<Candidate> group(VirtualMachine vm) {
            return open.getOrElse(vm.allocation(), NOBODY);
        }

        private void open(Key key) {
            if (!key.equals(openKey)) {
                close();
                openKey = key;
                open = sizes.getOrElse(key, NO_SIZES);
            }
        }

        private void close() {
            if (openKey != null) {
                sizes = open.isEmpty() ? sizes.remove(openKey) : sizes.put(openKey, open);
            }
        }

        ServingIndex build() {
            close();
            openKey = null;
            return new ServingIndex(sizes);
        }
    }
}
