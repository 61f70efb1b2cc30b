package io.vmha.policy;

import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The candidates that are left while failures are decided together, with what was decided so far counted in: failed VMs and
 * those of the failed hosts are out, and targets carry what they took.
 *
 * <p>Reads the inventory's index only as far as it needs to, and changes nothing in it. Made for one decision and thrown
 * away; confined to the thread that made it.
 */
final class WorkingCandidates {
    private record Key(VmType type, ClusterRole role) {}

    private final Inventory inventory;
    private final Set<HostId> lostHosts;
    private final Set<VmId> failedVms;
    private final Map<Key, List<Group>> groups = new HashMap<>();

    WorkingCandidates(Inventory inventory, Set<HostId> lostHosts, Set<VmId> failedVms) {
        this.inventory = inventory;
        this.lostHosts = lostHosts;
        this.failedVms = failedVms;
    }

    List<Group> groups(VmType type, ClusterRole role) {
        return groups.computeIfAbsent(new Key(type, role), key -> {
            List<Group> sizes = new ArrayList<>();
            inventory.servingBySize(type, role).forEach(size -> sizes.add(new Group(size.iterator())));
            return sizes;
        });
    }

    /** Counts in that a candidate takes the load of a failed machine. */
    void take(Candidate target, VirtualMachine failed) {
        VirtualMachine loaded = target.vm().withLoad(DecisionEffects.loadAfter(target.vm(), failed));
        for (Group group : groups(target.vm().type(), target.host().role())) {
            if (group.known.remove(target)) {
                group.known.add(new Candidate(loaded, target.host()));
                return;
            }
        }
    }

    /** The candidates of one size, the least loaded first; those that were looked at are known, the rest is not read yet. */
    final class Group implements Iterable<Candidate> {
        private final TreeSet<Candidate> known = new TreeSet<>();
        private final Iterator<Candidate> rest;
        private @Nullable Candidate next;

        private Group(Iterator<Candidate> rest) {
            this.rest = rest;
            this.next = read();
        }

        private @Nullable Candidate read() {
            while (rest.hasNext()) {
                Candidate candidate = rest.next();
                if (!lostHosts.contains(candidate.host().id())
                        && (failedVms.isEmpty()
                                || !failedVms.contains(candidate.vm().id()))) {
                    return candidate;
                }
            }
            return null;
        }

        private @Nullable Candidate after(@Nullable Candidate last) {
            Candidate following = last == null ? first() : known.higher(last);
            if (next != null && (following == null || next.compareTo(following) < 0)) {
                following = next;
                known.add(following);
                next = read();
            }
            return following;
        }

        private @Nullable Candidate first() {
            return known.isEmpty() ? null : known.first();
        }

        @Override
        public Iterator<Candidate> iterator() {
            return new Iterator<>() {
                private @Nullable Candidate following = after(null);

                @Override
                public boolean hasNext() {
                    return following != null;
                }

                @Override
                public Candidate next() {
                    Candidate found = following;
                    if (found == null) {
                        throw new NoSuchElementException();
                    }
                    following = after(found);
                    return found;
                }
            };
        }
    }
}
