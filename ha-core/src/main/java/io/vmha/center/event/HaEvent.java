package io.vmha.center.event;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A step in the life of a report, for listeners. Immutable. */
public sealed interface HaEvent {

    /** When it happened. */
    Instant at();

    /** Calls the one method of the handler that is for this kind of event. */
    void dispatchTo(HaEventHandler handler);

    /**
     * A report was taken.
     *
     * @param at when
     * @param report the report
     */
    record ReportAccepted(Instant at, FaultReport report) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onReportAccepted(this);
        }
    }

    /**
     * It was decided what to do, and the plan for it is about to run.
     *
     * @param at when
     * @param report the report that led to it; empty where it was a load, an operator or a repair
     * @param decision what was decided
     * @param plan what will be done; empty where nothing will
     */
    record Decided(Instant at, Optional<FaultReport> report, Decision decision, Plan plan) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onDecided(this);
        }
    }

    /**
     * A plan that an earlier center left unfinished is carried on.
     *
     * @param at when
     * @param decision what was decided then
     * @param plan what was to be done
     */
    record PlanResumed(Instant at, Decision decision, Plan plan) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onPlanResumed(this);
        }
    }

    /**
     * A part of a plan waits: for an operator, or for the storm guard to clear.
     *
     * @param at when
     * @param plan the plan; a failback that waits for approval is not begun and not counted in before
     * @param reason AWAITING_APPROVAL or STORM_GUARD
     * @param parts the decisions that wait with it
     */
    record PlanHeld(Instant at, Plan plan, Reason reason, List<SubjectDecision> parts) implements HaEvent {
        /** Copies the list. */
        public PlanHeld {
            parts = ImmutableList.copyOf(parts);
        }

        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onPlanHeld(this);
        }
    }

    /**
     * A plan that was held goes on.
     *
     * @param at when
     * @param plan the plan
     * @param operator who approved it; empty where the storm guard cleared
     * @param parts the decisions that waited
     */
    record PlanReleased(Instant at, PlanId plan, Optional<String> operator, List<SubjectDecision> parts)
            implements HaEvent {
        /** Copies the list. */
        public PlanReleased {
            parts = ImmutableList.copyOf(parts);
        }

        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onPlanReleased(this);
        }
    }

    /**
     * A try of an action ended.
     *
     * @param at when
     * @param action what was tried, and how it ended
     */
    record ActionEnded(Instant at, ActionRecord action) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onActionEnded(this);
        }
    }

    /**
     * What was decided cannot be carried out; what it had counted in is taken back. An operator should look at it.
     *
     * @param at when
     * @param plan the plan
     * @param decided what was decided
     * @param blocked what takes its place, with the reason
     */
    record DecisionBlocked(Instant at, PlanId plan, SubjectDecision decided, SubjectDecision.Blocked blocked)
            implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onDecisionBlocked(this);
        }
    }

    /**
     * A plan came to its end.
     *
     * @param at when
     * @param outcome what became of the decision
     */
    record PlanEnded(Instant at, DecisionOutcome outcome) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onPlanEnded(this);
        }
    }

    /**
     * So many hosts look lost that nothing is powered off, or no longer.
     *
     * @param at when
     * @param isOpen whether the guard holds power-offs back from now on
     * @param lost the hosts that count as lost
     */
    record StormGuardChanged(Instant at, boolean isOpen, Set<HostId> lost) implements HaEvent {
        /** Copies the set. */
        public StormGuardChanged {
            lost = ImmutableSet.copyOf(lost);
        }

        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onStormGuardChanged(this);
        }
    }

    /**
     * A host was lost and came back too often of late, so that VMs are placed on it last, or that is over.
     *
     * @param at when
     * @param host the host
     * @param until when time releases it; empty where it is in quarantine no longer
     */
    record QuarantineChanged(Instant at, HostId host, Optional<Instant> until) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onQuarantineChanged(this);
        }
    }

    /**
     * The journal cannot be written, so that no action starts, or can be written again.
     *
     * @param at when
     * @param isFailing whether it fails from now on
     * @param detail why; empty where it works again
     */
    record JournalChanged(Instant at, boolean isFailing, String detail) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onJournalChanged(this);
        }
    }

    /**
     * A machine's monitor or a host is silent for longer than it should be, which is not yet a failure. A suspect machine is
     * no target.
     *
     * @param at when
     * @param subject who is silent
     * @param lastHeard when it was last heard of, or since when it should be
     */
    record Suspected(Instant at, FaultSubject subject, Instant lastHeard) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onSuspected(this);
        }
    }

    /**
     * A machine or a host is suspect no longer: it was heard of, or is not expected to live.
     *
     * @param at when
     * @param subject who was silent
     */
    record SuspicionEnded(Instant at, FaultSubject subject) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onSuspicionEnded(this);
        }
    }

    /**
     * This center leads no more and starts nothing more.
     *
     * @param at when
     * @param epoch the epoch that it led in
     * @param detail how it learned of it
     */
    record LeadershipLost(Instant at, long epoch, String detail) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onLeadershipLost(this);
        }
    }

    /**
     * An error on its loop ended this center: what it knows may be half changed. The next one, built on the same journal, goes on.
     *
     * @param at when
     * @param detail what was thrown
     */
    record CenterEnded(Instant at, String detail) implements HaEvent {
        @Override
        public void dispatchTo(HaEventHandler handler) {
            handler.onCenterEnded(this);
        }
    }
}
