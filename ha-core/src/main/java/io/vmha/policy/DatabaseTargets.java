package io.vmha.policy;

import com.google.common.collect.Iterables;
import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.Inventory;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.ReplicaSets;
import io.vmha.model.VirtualMachine;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the VMs whose database has the data that a VM's requests need: those of the same replica set, and first of all those of the
 * member that writes, in whichever cluster they are, since no other may write beside it. Where no member writes, one is promoted.
 * Immutable.
 */
final class DatabaseTargets {
    private final Inventory inventory;
    private final TargetSelection selection;

    DatabaseTargets(Inventory inventory, TargetSelection selection) {
        this.inventory = inventory;
        this.selection = selection;
    }

    /** The best VM of the member that writes; null where that has none that is eligible, or no database is meant. */
    @Nullable
    Candidate atWriter(
            VirtualMachine failed,
            Function<ClusterRole, Iterable<? extends Iterable<Candidate>>> candidates,
            FailoverContext context) {
        if (memberSet(failed, inventory).isEmpty()) {
            return null;
        }
        for (ClusterRole role : ClusterRole.values()) {
            Candidate best = selection.best(
                    Iterables.transform(
                            candidates.apply(role),
                            size -> Iterables.filter(size, candidate -> inventory.isAtWriter(candidate.vm()))),
                    context);
            if (best != null) {
                return best;
            }
        }
        return null;
    }

    /** The candidates that use the same set as the VM and may be promoted where they do not write; all where it uses none. */
    Iterable<? extends Iterable<Candidate>> ofSameSet(
            VirtualMachine failed, Iterable<? extends Iterable<Candidate>> sizes) {
        Optional<ReplicaSetId> set = setOf(failed);
        return set.isEmpty()
                ? sizes
                : Iterables.transform(sizes, size -> Iterables.filter(size, candidate -> isOfSet(candidate.vm(), set)));
    }

    private boolean isOfSet(VirtualMachine vm, Optional<ReplicaSetId> set) {
        return setOf(vm).equals(set) && !inventory.hasToRejoin(vm);
    }

    /** Whether another of the VM's set is among the candidates but for its database, which has to rejoin first. */
    boolean hasOneToRejoin(VirtualMachine failed, Iterable<? extends Iterable<Candidate>> sizes) {
        Optional<ReplicaSetId> set = setOf(failed);
        return set.isPresent()
                && Iterables.any(
                        Iterables.concat(sizes),
                        candidate -> !candidate.vm().id().equals(failed.id())
                                && setOf(candidate.vm()).equals(set)
                                && inventory.hasToRejoin(candidate.vm()));
    }

    private Optional<ReplicaSetId> setOf(VirtualMachine vm) {
        return memberSet(vm, inventory).map(ReplicaSet::id);
    }

    /** Where there are no sets at all, that is seen at once: it is asked for every decision. */
    private static Optional<ReplicaSet> memberSet(VirtualMachine vm, Inventory inventory) {
        ReplicaSets sets = inventory.replicaSets();
        return sets.isEmpty() ? Optional.empty() : inventory.memberOf(vm).flatMap(sets::setOf);
    }

    /** Whether another database than the VM's is the one that requests are to go to, so that it serves none of another's well. */
    static boolean isBesideWriter(VirtualMachine vm, Inventory inventory) {
        return memberSet(vm, inventory).flatMap(ReplicaSet::presumedWriter).isPresent() && !inventory.isAtWriter(vm);
    }
}
