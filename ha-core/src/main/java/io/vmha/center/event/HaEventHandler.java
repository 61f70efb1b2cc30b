package io.vmha.center.event;

/**
 * A listener with a method for each kind of event; those that are not overridden do nothing.
 *
 * <p>A kind of event that comes later is a method that does nothing here, so that a handler goes on to compile. The methods are called
 * as {@link HaListener#onEvent} is.
 */
public interface HaEventHandler extends HaListener {

    /** Calls the method that is for the event's kind. */
    @Override
    default void onEvent(HaEvent event) {
        event.dispatchTo(this);
    }

    /** Takes a {@link HaEvent.ReportAccepted}. */
    default void onReportAccepted(HaEvent.ReportAccepted event) {}

    /** Takes a {@link HaEvent.Decided}. */
    default void onDecided(HaEvent.Decided event) {}

    /** Takes a {@link HaEvent.PlanResumed}. */
    default void onPlanResumed(HaEvent.PlanResumed event) {}

    /** Takes a {@link HaEvent.PlanHeld}. */
    default void onPlanHeld(HaEvent.PlanHeld event) {}

    /** Takes a {@link HaEvent.PlanReleased}. */
    default void onPlanReleased(HaEvent.PlanReleased event) {}

    /** Takes a {@link HaEvent.ActionEnded}. */
    default void onActionEnded(HaEvent.ActionEnded event) {}

    /** Takes a {@link HaEvent.DecisionBlocked}. */
    default void onDecisionBlocked(HaEvent.DecisionBlocked event) {}

    /** Takes a {@link HaEvent.PlanEnded}. */
    default void onPlanEnded(HaEvent.PlanEnded event) {}

    /** Takes a {@link HaEvent.StormGuardChanged}. */
    default void onStormGuardChanged(HaEvent.StormGuardChanged event) {}

    /** Takes a {@link HaEvent.QuarantineChanged}. */
    default void onQuarantineChanged(HaEvent.QuarantineChanged event) {}

    /** Takes a {@link HaEvent.JournalChanged}. */
    default void onJournalChanged(HaEvent.JournalChanged event) {}

    /** Takes a {@link HaEvent.Suspected}. */
    default void onSuspected(HaEvent.Suspected event) {}

    /** Takes a {@link HaEvent.SuspicionEnded}. */
    default void onSuspicionEnded(HaEvent.SuspicionEnded event) {}

    /** Takes a {@link HaEvent.LeadershipLost}. */
    default void onLeadershipLost(HaEvent.LeadershipLost event) {}

    /** Takes a {@link HaEvent.CenterEnded}. */
    default void onCenterEnded(HaEvent.CenterEnded event) {}
}
