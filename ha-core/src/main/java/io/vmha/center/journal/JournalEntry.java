package io.vmha.center.journal;

import com.google.common.collect.ImmutableList;
import io.vmha.center.event.ActionResult;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One thing that a plan journal keeps. Immutable; writing one again changes nothing. */
public sealed interface JournalEntry {

    /**
     * A report was taken: the same one is not taken again.
     *
     * @param at when
     * @param report the report
     */
    record ReportTaken(Instant at, FaultReport report) implements JournalEntry {}

    /**
     * A decision was made, and a plan is to be carried out. Written before its first action. The same plan with a higher
     * revision replaces it.
     *
     * @param at when
     * @param revision which revision of the plan it is, 1 or more
     * @param report what led to it; empty for a decision that an operator or the orchestrator asked for
     * @param decision what was decided
     * @param plan what will be done, one step or more
     * @param isOffer whether nothing waits for it: it is carried out only once an operator approves
     */
    record PlanOpened(
            Instant at, int revision, Optional<FaultReport> report, Decision decision, Plan plan, boolean isOffer)
            implements JournalEntry {}

    /**
     * A VM is recovered: it counts against the recovery limit.
     *
     * @param vm the VM
     * @param at when
     */
    record VmRecovered(VmId vm, Instant at) implements JournalEntry {}

    /**
     * A VM was repaired: what it was recovered before does not count any more.
     *
     * @param vm the VM
     */
    record RecoveriesCleared(VmId vm) implements JournalEntry {}

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
     * A VM is not as it is by default.
     *
     * @param state how it is
     */
    record VmNoted(VmState state) implements JournalEntry {}

    /**
     * A VM is as it is by default again, or gone.
     *
     * @param vm the VM
     */
    record VmForgotten(VmId vm) implements JournalEntry {}

    /**
     * A host is not as it is by default.
     *
     * @param state how it is
     */
    record HostNoted(HostState state) implements JournalEntry {}

    /**
     * A host is as it is by default again, or gone.
     *
     * @param host the host
     */
    record HostForgotten(HostId host) implements JournalEntry {}

    /**
     * A host that was lost came back. It replaces what was kept of that host.
     *
     * @param host the host
     * @param at when it came back the last times, the earliest first; none where that does not count any more
     */
    record HostReturned(HostId host, List<Instant> at) implements JournalEntry {
        /** Copies the list. */
        public HostReturned {
            at = ImmutableList.copyOf(at);
        }
    }

    /**
     * A VM was moved off its host for maintenance, and may come home. It replaces what was kept of that VM.
     *
     * @param vm the VM
     * @param home the host that it left
     * @param at where it went; its home where it is not away any more, or is not to come home
     */
    record VmAway(VmId vm, HostId home, HostId at) implements JournalEntry {
        /** Whether it is away. */
        public boolean isAway() {
            return !home.equals(at);
        }
    }

    /**
     * Something changed of what must not be forgotten of a replica set, or is about to by a promotion.
     *
     * @param state how it is
     */
    record ReplicaSetNoted(ReplicaSetState state) implements JournalEntry {}

    /**
     * Something was left behind on the platform.
     *
     * @param leftover what
     */
    record LeftBehind(Leftover leftover) implements JournalEntry {}

    /**
     * What was left behind is not on the platform any more.
     *
     * @param leftover what
     */
    record LeftoverDeleted(Leftover leftover) implements JournalEntry {}

    /**
     * Operators chose otherwise. The first center writes it together with what there is when it begins.
     *
     * @param settings what holds from now on
     */
    record SettingsChanged(CenterSettings settings) implements JournalEntry {}
}
