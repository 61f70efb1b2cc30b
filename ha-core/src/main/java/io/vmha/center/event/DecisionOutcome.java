package io.vmha.center.event;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultReport;
import io.vmha.plan.Plan;
import io.vmha.policy.Decision;
import io.vmha.policy.SubjectDecision;
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

    /**
     * Whether all that the report or call asked for was done: every step of the plan, and nothing was left undecided. False where a
     * part of the decision is NO_TARGET, BLOCKED or IGNORED, so that what was not served, or was taken care of before, is not mistaken for
     * what this has done; true where there was nothing to do at all.
     */
    public boolean isCarriedOut() {
        boolean isDecided = decision.parts().stream()
                .noneMatch(part -> part instanceof SubjectDecision.NoTarget
                        || part instanceof SubjectDecision.Blocked
                        || part instanceof SubjectDecision.Ignored);
        return isDecided && areStepsDone();
    }

    private boolean areStepsDone() {
        return plan.steps().stream()
                .allMatch(step -> actions.stream()
                        .anyMatch(record -> record.step() == step.number() && record.result() == ActionResult.DONE));
    }
}
