package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.Optional;

/**
 * Gives a machine that is healthy again its requests back, once its data has caught up.
 *
 * <p>A database is never given its requests back while it is behind its source by more than {@link
 * FailoverConfig#maxReplicationLag}, or at all where that is not set. Whether the plan waits for an operator is {@link
 * FailoverConfig#failback}, and up to whoever carries it out. Pure, immutable and thread-safe.
 */
public final class FailbackPolicy {
    private final FailoverConfig config;

    /** Makes a policy with the operator's choices. */
    public FailbackPolicy(FailoverConfig config) {
        this.config = config;
    }

    /**
     * Returns whether a machine has its requests back; no parts where it has them already, or could not serve them.
     *
     * @throws IllegalArgumentException if there is no such machine
     */
    public Decision decide(Inventory inventory, VmId id) {
        VirtualMachine vm = inventory.requireVm(id);
        Optional<VmId> server = vm.servedBy();
        if (server.isEmpty() || !vm.isServing() || !inventory.hostOf(vm).isAvailable()) {
            return new DecisionBatch(ImmutableList.of());
        }
        Duration allowed = config.maxReplicationLag().orElse(Duration.ZERO);
        Duration lag = vm.replicationLag().orElse(Duration.ZERO);
        if (vm.type().equals(VmType.DATABASE) && lag.compareTo(allowed) > 0) {
            return new SubjectDecision.Blocked(
                    new FaultSubject.OfVm(id),
                    Trigger.REPAIRED,
                    Reason.REPLICATION_LAG,
                    Explanation.of(() -> id + " is healthy again, but its database is " + lag
                            + " behind its source: its requests stay with " + server.get()));
        }
        return new SubjectDecision.Failback(
                id,
                Trigger.REPAIRED,
                server.get(),
                inventory.hostOf(vm).role(),
                standbyTookOver(inventory, vm, server.get()),
                Explanation.of(() -> id + " is healthy again: its requests come back from " + server.get()));
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
