package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultReport;
import io.vmha.model.Inventory;
import java.util.List;

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

    /**
     * Decides about faults that are to be decided together, such as those of hosts that failed at one instant. By default one
     * after the other, in the order given, each in sight of what was decided before.
     *
     * @param inventory what there is, with the faults shown in it
     * @param reports the faults, one or more
     * @return the decisions, in the order in which they were made
     */
    default Decision decideAll(Inventory inventory, List<FaultReport> reports) {
        if (reports.size() == 1) {
            return decide(inventory, reports.get(0));
        }
        ImmutableList.Builder<SubjectDecision> parts = ImmutableList.builder();
        Inventory soFar = inventory;
        for (FaultReport report : reports) {
            Decision decision = decide(soFar, report);
            parts.addAll(decision.parts());
            soFar = DecisionEffects.apply(soFar, decision);
        }
        return new DecisionBatch(parts.build());
    }
}
