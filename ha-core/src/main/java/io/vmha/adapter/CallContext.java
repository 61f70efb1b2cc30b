package io.vmha.adapter;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.adapter.AdapterException.Cause;
import io.vmha.plan.PlanId;
import java.time.Duration;
import java.util.Optional;

/**
 * What goes with every call to the outside: by when it must be over, and on whose behalf it is made. Immutable.
 *
 * <p>It names an instant, not a length of time: a process that was paused between the decision and the call has no more time for it
 * than is left, and whoever comes too late does nothing. An adapter asks for {@link #requireTimeLeft} before it sends anything; one that cannot
 * finish in time throws {@link AdapterException.OutcomeUnknown}, or {@link AdapterException.Transient} where it is sure that nothing was done.
 *
 * @param overAt by when the call must be over, on the clock of {@link System#nanoTime} of this process
 * @param plan the plan that the call belongs to; empty for a call that no plan asked for, such as a probe
 * @param step the number of the action in its plan, 0 or more; 0 without a plan
 * @param epoch the epoch of the leader that makes the call, 0 or more: the higher is the later leader
 */
public record CallContext(long overAt, Optional<PlanId> plan, int step, long epoch) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the step or the epoch is negative
     */
    public CallContext {
        checkArgument(step >= 0, "step must be 0 or more: %s", step);
        checkArgument(epoch >= 0, "epoch must be 0 or more: %s", epoch);
    }

    /**
     * Returns the context of a call that belongs to no plan.
     *
     * @param length how long from now the call may take, more than 0
     * @throws IllegalArgumentException if the length is not more than 0
     */
    public static CallContext within(Duration length) {
        return within(length, Optional.empty(), 0, 0);
    }

    /**
     * Returns the context of a call.
     *
     * @param length how long from now the call may take, more than 0
     * @param plan as of the record
     * @param step as of the record
     * @param epoch as of the record
     * @throws IllegalArgumentException if the length is not more than 0, or a number is refused
     */
    public static CallContext within(Duration length, Optional<PlanId> plan, int step, long epoch) {
        checkArgument(!length.isNegative() && !length.isZero(), "length must be more than 0: %s", length);
        return new CallContext(System.nanoTime() + length.toNanos(), plan, step, epoch);
    }

    /** Returns the context of a part of this call, which is over after that length or with this call, whichever is sooner. */
    public CallContext atMost(Duration length) {
        long sooner = Math.min(remaining().toNanos(), length.toNanos());
        return new CallContext(System.nanoTime() + sooner, plan, step, epoch);
    }

    /** What is left of the call now: zero where it has to be over. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, overAt - System.nanoTime()));
    }

    /**
     * Returns what is left of the call, for whoever has done nothing for it yet.
     *
     * @return more than 0
     * @throws AdapterException.Transient with {@code TIMEOUT} if the call comes too late: then nothing is sent
     */
    public Duration requireTimeLeft() {
        Duration left = remaining();
        if (left.isZero()) {
            throw new AdapterException.Transient(
                    Cause.TIMEOUT, "the call came too late, when it had to be over: it was not begun");
        }
        return left;
    }
}
