package io.vmha.center;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One thing that a plan journal keeps. Immutable; writing one again changes nothing. */
public sealed interface JournalEntry {

    /**
     * A report was taken, a decision made, and a plan is to be carried out. Written before its first action.
     *
     * @param at when
     * @param report what led to it; empty for a decision that an operator or the orchestrator asked for
     * @param decision what was decided
     * @param plan what will be done; with no steps, there is nothing to do and the plan is not open
     * @param changes what the decision changed about machines
     */
    record PlanOpened(Instant at, Optional<FaultReport> report, Decision decision, Plan plan, List<VmChange> changes)
            implements JournalEntry {
        /** Copies the list. */
        public PlanOpened {
            changes = ImmutableList.copyOf(changes);
        }

        /** The machines that the decision recovers. */
        public Set<VmId> recovered() {
            return Recoveries.recoveredBy(decision);
        }
    }

    /**
     * A plan is held before it is begun: nobody's requests wait for it. It is begun with the same number once an operator
     * approves.
     *
     * @param at when
     * @param decision what was decided
     * @param plan what would be done
     */
    record PlanProposed(Instant at, Decision decision, Plan plan) implements JournalEntry {}

    /**
     * A try of an action is about to start. Written before its effect.
     *
     * @param plan the plan
     * @param step the step's number in it
     * @param attempt which try, 1 or more
     * @param action what is tried; not the step's own where that failed and another takes its place
     * @param epoch the epoch of the leader that tries it
     * @param at when
     */
    record StepStarted(PlanId plan, int step, int attempt, Action action, long epoch, Instant at)
            implements JournalEntry {}

    /**
     * A step came to its end.
     *
     * @param plan the plan
     * @param step the step's number in it
     * @param attempt the last try, 0 if there was none
     * @param action what was tried last
     * @param result how it ended
     * @param detail why it failed or was skipped; empty where it was done
     * @param at when
     */
    record StepEnded(PlanId plan, int step, int attempt, Action action, ActionResult result, String detail, Instant at)
            implements JournalEntry {}

    /**
     * An operator released a plan that was held.
     *
     * @param plan the plan
     * @param operator who
     */
    record PlanApproved(PlanId plan, String operator) implements JournalEntry {}

    /**
     * A plan came to its end.
     *
     * @param plan the plan
     */
    record PlanClosed(PlanId plan) implements JournalEntry {}

    /**
     * A machine that is not as it should be: failed, or its requests served elsewhere.
     *
     * @param vm the machine
     * @param confirmedOff whether it is confirmed off
     */
    record VmTroubled(VirtualMachine vm, boolean confirmedOff) implements JournalEntry {}

    /**
     * A machine is as it should be again.
     *
     * @param vm the machine
     */
    record VmSound(VmId vm) implements JournalEntry {}

    /**
     * A host that is not up.
     *
     * @param host the host
     */
    record HostTroubled(Host host) implements JournalEntry {}

    /**
     * A host is up again.
     *
     * @param host the host
     */
    record HostSound(HostId host) implements JournalEntry {}
}
