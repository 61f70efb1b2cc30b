package io.vmha.policy;

import io.vmha.fault.FaultReport;
import io.vmha.model.Inventory;

/**
 * Decides what is to be done about a fault. Pure: the same arguments give the same decision, and nothing is changed.
 *
 * @see PrimaryThenStandbyPolicy
 */
@FunctionalInterface
public interface FailoverPolicy {

    /**
     * Returns what is to be done.
     *
     * @param inventory what there is; it may, but need not, already show the fault
     * @param report the fault
     * @return one decision for a machine, a {@link DecisionBatch} where several, or none, follow from it
     */
    Decision decide(Inventory inventory, FaultReport report);
}
