package io.vmha.center.event;

import com.google.common.collect.ImmutableList;
import io.vmha.plan.PlanId;
import io.vmha.policy.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a management center is: what it is at, what is stuck, and since when. Immutable.
 *
 * @param epoch the epoch that it leads in
 * @param isLeading whether it may still act
 * @param journalFailingSince since when the journal cannot be written; empty while it can
 * @param isStormGuardOpen whether nothing is powered off since too many hosts look lost
 * @param openPlans the plans that have not come to their end, by number
 */
public record CenterHealth(
        long epoch,
        boolean isLeading,
        Optional<Instant> journalFailingSince,
        boolean isStormGuardOpen,
        List<OpenPlan> openPlans) {

    /** Copies the list. */
    public CenterHealth {
        openPlans = ImmutableList.copyOf(openPlans);
    }

    /** Whether nothing stands in its way. */
    public boolean isHealthy() {
        return isLeading
                && journalFailingSince.isEmpty()
                && !isStormGuardOpen
                && openPlans.stream().allMatch(plan -> plan.heldFor().isEmpty());
    }

    /**
     * A plan that has not come to its end.
     *
     * @param plan its number
     * @param since when it began, or was taken over
     * @param heldFor what it waits for, if it is held: AWAITING_APPROVAL or STORM_GUARD
     * @param steps its steps that have not come to their end
     */
    public record OpenPlan(PlanId plan, Instant since, Optional<Reason> heldFor, List<StuckStep> steps) {
        /** Copies the list. */
        public OpenPlan {
            steps = ImmutableList.copyOf(steps);
        }
    }

    /**
     * A step that has not come to its end.
     *
     * @param step its number in the plan
     * @param action what it does, for a person
     * @param state WAITING, STARTING, RUNNING or BACKING_OFF
     * @param attempt the latest try, 0 if there was none
     * @param since since when it is in that state
     * @param lastError why the latest try failed; empty if none did
     */
    public record StuckStep(int step, String action, String state, int attempt, Instant since, String lastError) {}
}
