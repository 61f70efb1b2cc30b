package io.vmha.adapter;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.plan.PlanId;
import java.time.Duration;
import java.util.Optional;

/**
 * What goes with every call to the outside: how long it may take, and on whose behalf it is made.
 *
 * @param deadline how long the call may take, more than 0; an adapter that cannot finish in time throws {@link
 *     AdapterException.OutcomeUnknown}, or {@link AdapterException.Transient} where it is sure that nothing was done
 * @param plan the plan that the call belongs to; empty for a call that no plan asked for, such as a probe
 * @param step the number of the action in its plan, 0 or more; 0 without a plan
 * @param epoch the epoch of the leader that makes the call, 0 or more: the higher is the later leader
 */
public record CallContext(Duration deadline, Optional<PlanId> plan, int step, long epoch) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the deadline is not more than 0, or the step or the epoch is negative
     */
    public CallContext {
        checkArgument(!deadline.isNegative() && !deadline.isZero(), "deadline must be more than 0: %s", deadline);
        checkArgument(step >= 0, "step must be 0 or more: %s", step);
        checkArgument(epoch >= 0, "epoch must be 0 or more: %s", epoch);
    }

    /**
     * Returns the context of a call that belongs to no plan.
     *
     * @param deadline how long the call may take, more than 0
     * @throws IllegalArgumentException if the deadline is not more than 0
     */
    public static CallContext within(Duration deadline) {
        return new CallContext(deadline, Optional.empty(), 0, 0);
    }
}
