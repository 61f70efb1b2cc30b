package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.Inventory;
import io.vmha.model.ReplicaSet;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gives a VM that is healthy again its requests back, once its data has caught up.
 *
 * <p>A database is never given its requests back while it is behind its source by more than {@link
 * FailoverConfig#maxReplicationLag}, or at all where that is not set; nor, where it is set, while its lag is unknown. The user's
 * {@link EligibilityRule}s are asked about the VM as the candidate for the requests that the one that serves them gives up; that
 * its labels are the same as its own needs no asking. Whether the plan waits for an operator is {@link
 * FailoverConfig#failback}, and up to whoever carries it out. Pure, immutable and thread-safe.
 *
 * @see HaPolicies#failback
 */
public final class FailbackPolicy {
    private final PolicyRules rules;

    FailbackPolicy(PolicyRules rules) {
        this.rules = rules;
    }

    /**
     * Returns whether a VM has its requests back; no parts where it has them already, or could not serve them.
     *
     * @throws IllegalArgumentException if there is no such VM
     */
    public Decision decide(Inventory inventory, VmId id) {
        VirtualMachine vm = inventory.requireVm(id);
        Optional<VmId> server = vm.servedBy();
        if (server.isEmpty() || !vm.isServing() || !inventory.hostOf(vm).isAvailable()) {
            return new DecisionBatch(ImmutableList.of());
        }
        VmId from = server.get();
        if (vm.type().equals(VmType.DATABASE)) {
            boolean isAlone = inventory
                    .memberOf(vm)
                    .flatMap(inventory.replicaSets()::setOf)
                    .flatMap(ReplicaSet::writer)
                    .isEmpty();
            if (isAlone && inventory.hasToRejoin(vm)) {
                return blocked(
                        vm,
                        Reason.LAG_UNKNOWN,
                        () -> "its database may lack what another has, and none that writes is there for it to rejoin",
                        from);
            }
            if (rules.config().isLagUnknown(vm)) {
                return blocked(
                        vm, Reason.LAG_UNKNOWN, () -> "how far its database is behind its source is unknown", from);
            }
            Duration lag = vm.replicationLag().orElse(Duration.ZERO);
            if (lag.compareTo(rules.config().maxReplicationLag().orElse(Duration.ZERO)) > 0) {
                return blocked(vm, Reason.REPLICATION_LAG, () -> "its database is " + lag + " behind its source", from);
            }
        }
        Optional<String> refusal = refusal(inventory, vm, from);
        if (refusal.isPresent()) {
            return blocked(vm, Reason.RULE, () -> "a rule refuses it: " + refusal.get(), from);
        }
        return new SubjectDecision.Failback(
                id,
                Trigger.REPAIRED,
                from,
                inventory.hostOf(vm).role(),
                standbyTookOver(inventory, vm, from),
                Explanation.of(() -> id + " is healthy again: its requests come back from " + from));
    }

    /** Where what served them is gone, they are its own alone, and no rule stands between it and them. */
    private Optional<String> refusal(Inventory inventory, VirtualMachine vm, VmId server) {
        return inventory.vm(server).flatMap(from -> {
            FailoverContext context =
                    new FailoverContext(() -> inventory, from, inventory.hostOf(from), rules.config());
            Candidate home = new Candidate(vm, inventory.hostOf(vm));
            return rules.eligibility().stream()
                    .flatMap(rule -> rule.refusal(home, context).stream())
                    .findFirst();
        });
    }

    private static Decision blocked(VirtualMachine vm, Reason reason, Supplier<String> why, VmId server) {
        return new SubjectDecision.Blocked(
                new FaultSubject.OfVm(vm.id()),
                Trigger.REPAIRED,
                reason,
                Explanation.of(
                        () -> vm.id() + " is healthy again, but " + why.get() + ": its requests stay with " + server));
    }

    private static boolean standbyTookOver(Inventory inventory, VirtualMachine vm, VmId server) {
        return vm.type().equals(VmType.DATABASE)
                && inventory.hostOf(vm).role() == ClusterRole.PRIMARY
                && inventory
                        .vm(server)
                        .filter(other -> inventory.hostOf(other).role() == ClusterRole.STANDBY)
                        .isPresent();
    }
}
