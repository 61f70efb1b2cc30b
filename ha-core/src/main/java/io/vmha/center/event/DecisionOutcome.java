package io.vmha.center.event;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultReport;
import io.vmha.plan.Plan;
import io.vmha.policy.Decision;
import java.util.List;
import java.util.Optional;

/**
 * What became of a decision.
 *
 * @param report the report that led to it; empty where it was a load, an operator or a repair
 * @param decision what was decided; what could not be carried out is BLOCKED in it, with the reason
 * @param plan what was to be done; empty where nothing was
 * @param actions what was done, one record for each try of each step
 */
public record DecisionOutcome(Optional<FaultReport> report, Decision decision, Plan plan, List<ActionRecord> actions) {

    /** Copies the list. */
    public DecisionOutcome {
        actions = ImmutableList.copyOf(actions);
    }

    /** Whether every step of the plan was done. */
    public boolean isCarriedOut() {
        return plan.steps().stream()
                .allMatch(step -> actions.stream()
                        .anyMatch(record -> record.step() == step.number() && record.result() == ActionResult.DONE));
    }
}
