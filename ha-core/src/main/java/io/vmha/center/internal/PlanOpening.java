package io.vmha.center.internal;

import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.WhatIf;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.journal.JournalEntry;
import io.vmha.fault.FaultReport;
import io.vmha.model.Inventory;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Opens plans for what was decided: numbers them, writes them down with the decision, and hands them to the executor once they would
 * survive a crash. Confined to the center's loop.
 */
final class PlanOpening {
    /** A decision with its plan that is about to begin. */
    record Begun(
            Optional<FaultReport> report,
            Decision decision,
            Plan plan,
            int revision,
            boolean isOffer,
            Optional<String> operator,
            PendingDecision pending) {}

    private final CenterLoop center;
    private final CenterState state;
    private final Recoveries recoveries;
    private final NeedNotes notes;
    private final ChosenPolicies policies;
    private final SoundDecisions sound;
    private final StateFacts facts;
    private long lastPlan;

    PlanOpening(CenterLoop center, ChosenPolicies policies, SoundDecisions sound, long lastPlan) {
        this.center = center;
        this.state = center.state();
        this.recoveries = center.recoveries();
        this.notes = center.notes();
        this.policies = policies;
        this.sound = sound;
        this.facts = new StateFacts(state);
        this.lastPlan = lastPlan;
    }

    /** The number of a plan that is opened now. */
    PlanId nextNumber() {
        return new PlanId(++lastPlan);
    }

    /** A plan without steps, with the number of the next one. */
    Plan noPlan() {
        return new Plan(new PlanId(lastPlan + 1), List.of());
    }

    /** Nothing follows from what was said: that is told once what was said would survive a crash. */
    void nothing(PendingDecision pending) {
        DecisionOutcome none = new DecisionOutcome(Optional.empty(), new DecisionBatch(List.of()), noPlan(), List.of());
        center.journal(List.of(), () -> pending.end(none));
    }

    /** The plan of a decision on the inventory of now. */
    Plan planOf(PlanId id, Decision decision) {
        return policies.planner().plan(id, state.inventory(), decision, facts);
    }

    /** What would be decided and done about a report, on the inventory of now. Changes nothing. */
    WhatIf whatIf(FaultReport report) {
        Inventory faulty = FaultEffects.apply(state.inventory(), report);
        Decision decision = policies.current().failover().decide(faulty, report);
        List<SubjectDecision> parts = recoveries.limited(decision.parts(), center.now());
        Plan plan = policies.planner().plan(new PlanId(lastPlan + 1), faulty, SoundDecisions.decisionOf(parts), facts);
        Optional<Reason> held = plan.steps().stream()
                .flatMap(step -> center.holds().heldBy(step.action()).stream())
                .findFirst();
        return new WhatIf(SoundDecisions.decisionOf(parts).frozen(), plan, held);
    }

    /** Begins a plan for decisions, or tells that there is nothing to do. */
    void begin(
            Optional<FaultReport> report,
            List<SubjectDecision> decided,
            boolean isOffer,
            Optional<String> operator,
            PendingDecision pending) {
        List<SubjectDecision> checked = sound.checked(recoveries.limited(decided, center.now()));
        begin(report, SoundDecisions.decisionOf(checked), state.inventory(), isOffer, operator, pending);
    }

    /**
     * Begins a plan for decisions about a report that were checked and are not past any limit.
     *
     * @param inventory what they were made and checked on; plans that were begun since for others of the same moment are not in it
     */
    void beginSound(
            Optional<FaultReport> report, List<SubjectDecision> parts, Inventory inventory, PendingDecision pending) {
        begin(report, SoundDecisions.decisionOf(parts), inventory, false, Optional.empty(), pending);
    }

    private void begin(
            Optional<FaultReport> report,
            Decision decision,
            Inventory inventory,
            boolean isOffer,
            Optional<String> operator,
            PendingDecision pending) {
        Plan plan = policies.planner().plan(new PlanId(lastPlan + 1), inventory, decision, facts);
        if (!plan.isEmpty()) {
            lastPlan++;
        }
        begin(new Begun(report, decision, plan, 1, isOffer && !plan.isEmpty(), operator, pending));
    }

    /** Begins a plan that was made for a decision. */
    void begin(Begun begun) {
        Plan plan = begun.plan();
        PendingDecision pending = begun.pending();
        center.publish(new HaEvent.Decided(center.now(), begun.report(), begun.decision(), plan));
        // What waits for an operator may wait long, and its explanation would keep the inventory of now.
        Decision decision = isHeldAtOnce(begun) ? begun.decision().frozen() : begun.decision();
        notes.noteAll(decision.parts());
        List<JournalEntry> entries = new ArrayList<>();
        begun.report().ifPresent(taken -> entries.add(new JournalEntry.ReportTaken(center.now(), taken)));
        DecisionOutcome nothingDone = new DecisionOutcome(begun.report(), decision, plan, List.of());
        if (plan.isEmpty()) {
            center.journal(entries, () -> center.outcomes().ended(nothingDone, pending));
            return;
        }
        entries.addAll(recoveries.count(decision.parts(), center.now()));
        JournalEntry.PlanOpened opened = new JournalEntry.PlanOpened(
                center.now(), begun.revision(), begun.report(), decision, plan, begun.isOffer());
        entries.add(opened);
        begun.operator().ifPresent(who -> entries.add(new JournalEntry.PlanApproved(plan.id(), who)));
        PlanRun run = center.executor().add(opened, begun.operator());
        decision.parts().forEach(notes::underWay);
        center.outcomes().waitsFor(plan.id(), pending);
        center.journal(entries, () -> {
            pending.recorded().complete(decision);
            if (begun.isOffer()) {
                pending.ended().complete(nothingDone);
            }
            run.advance();
        });
    }

    private boolean isHeldAtOnce(Begun begun) {
        return begun.isOffer()
                || center.holds().isPaused()
                || begun.plan().steps().stream()
                        .anyMatch(step -> center.holds().heldBy(step.action()).isPresent());
    }
}
