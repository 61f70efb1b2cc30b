package io.vmha.policy;

import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Inventory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
     * Decides about faults that are to be decided together: a center asks about those that were reported at one moment, of VMs
     * and of hosts, in order of priority. Where this throws, it asks about each of them alone. By default one after the other, in
     * the order given, each in sight of what was decided before; about whom an earlier report led to a decision, a later one
     * leads to none: its host may have failed, and it is reported itself too.
     *
     * @param inventory what there is, with the faults shown in it
     * @param reports the faults, one or more
     * @return the decisions, in the order in which they were made
     */
    default Decision decideAll(Inventory inventory, List<FaultReport> reports) {
        if (reports.size() == 1) {
            return decide(inventory, reports.get(0));
        }
        List<SubjectDecision> parts = new ArrayList<>();
        Set<FaultSubject> decided = new HashSet<>();
        Inventory soFar = inventory;
        for (FaultReport report : reports) {
            List<SubjectDecision> found = decide(soFar, report).parts().stream()
                    .filter(part -> !decided.contains(part.subject()))
                    .toList();
            parts.addAll(found);
            found.forEach(part -> decided.add(part.subject()));
            soFar = DecisionEffects.apply(soFar, new DecisionBatch(found));
        }
        return new DecisionBatch(parts);
    }
}
