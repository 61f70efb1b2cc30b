package io.vmha.center.internal;

import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaEventHandler;
import io.vmha.plan.PlanId;
import io.vmha.policy.SubjectDecision;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows every event of a center to Java Flight Recorder: as text, and what a person would filter or count by in fields of its own.
 * Thread-safe; costs next to nothing while nobody records.
 */
final class JfrListener implements HaEventHandler {

    @Override
    public void onEvent(HaEvent event) {
        FlightEvents.Any any = new FlightEvents.Any();
        if (any.isEnabled()) {
            any.kind = event.getClass().getSimpleName();
            any.detail = String.format(Locale.ROOT, "%s", event);
            any.commit();
        }
        event.dispatchTo(this);
    }

    @Override
    public void onReportAccepted(HaEvent.ReportAccepted event) {
        FlightEvents.Report report = new FlightEvents.Report();
        if (report.isEnabled()) {
            report.kind = event.report().kind().name();
            report.subject = event.report().subject().toString();
            report.source = event.report().source();
            report.observedAt = event.report().observedAt().toEpochMilli();
            report.commit();
        }
    }

    @Override
    public void onDecided(HaEvent.Decided event) {
        if (!new FlightEvents.Decided().isEnabled()) {
            return;
        }
        for (SubjectDecision part : event.decision().parts()) {
            FlightEvents.Decided decided = new FlightEvents.Decided();
            decided.subject = part.subject().toString();
            decided.trigger = part.trigger().name();
            decided.outcome = part.outcome().name();
            decided.reason = part.reason().name();
            decided.plan = event.plan().isEmpty() ? 0 : event.plan().id().value();
            decided.commit();
        }
    }

    @Override
    public void onPlanResumed(HaEvent.PlanResumed event) {
        plan(event.plan().id(), "RESUMED", "");
    }

    @Override
    public void onPlanHeld(HaEvent.PlanHeld event) {
        plan(event.plan().id(), "HELD", event.reason().name());
    }

    @Override
    public void onPlanReleased(HaEvent.PlanReleased event) {
        plan(event.plan(), "RELEASED", "");
    }

    @Override
    public void onDecisionBlocked(HaEvent.DecisionBlocked event) {
        plan(event.plan(), "BLOCKED", event.blocked().reason().name());
    }

    @Override
    public void onPlanEnded(HaEvent.PlanEnded event) {
        if (!event.outcome().plan().isEmpty()) {
            plan(event.outcome().plan().id(), event.outcome().isCarriedOut() ? "CARRIED_OUT" : "NOT_CARRIED_OUT", "");
        }
    }

    private static void plan(PlanId id, String state, String reason) {
        FlightEvents.PlanChanged changed = new FlightEvents.PlanChanged();
        if (changed.isEnabled()) {
            changed.plan = id.value();
            changed.state = state;
            changed.reason = reason;
            changed.commit();
        }
    }

    @Override
    public void onActionEnded(HaEvent.ActionEnded event) {
        FlightEvents.Tried tried = new FlightEvents.Tried();
        if (tried.isEnabled()) {
            ActionRecord record = event.action();
            tried.plan = record.plan().value();
            tried.step = record.step();
            tried.kind = record.action().kind().name();
            tried.vm = record.action().vm().map(Object::toString).orElse("");
            tried.host = record.action().host().map(Object::toString).orElse("");
            tried.attempt = record.attempt();
            tried.result = record.result().name();
            tried.error = record.detail();
            tried.took = Duration.between(record.at(), event.at()).toMillis();
            tried.commit();
        }
    }

    @Override
    public void onStormGuardChanged(HaEvent.StormGuardChanged event) {
        state("STORM_GUARD", !event.isOpen(), event.lost().toString());
    }

    @Override
    public void onJournalChanged(HaEvent.JournalChanged event) {
        state("JOURNAL", !event.isFailing(), event.detail());
    }

    @Override
    public void onLeadershipLost(HaEvent.LeadershipLost event) {
        state("LEADERSHIP", false, event.detail());
    }

    @Override
    public void onCenterEnded(HaEvent.CenterEnded event) {
        state("CENTER", false, event.detail());
    }

    private static void state(String what, boolean isWell, String detail) {
        FlightEvents.StateChanged changed = new FlightEvents.StateChanged();
        if (changed.isEnabled()) {
            changed.what = what;
            changed.isWell = isWell;
            changed.detail = detail;
            changed.commit();
        }
    }
}
