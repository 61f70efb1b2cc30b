package io.vmha.center;

import io.vmha.fault.FaultReport;
import io.vmha.plan.Plan;
import io.vmha.policy.Decision;
import java.time.Instant;

/** A step in the life of a report, for listeners. Immutable. */
public sealed interface HaEvent {

    /** When it happened. */
    Instant at();

    /**
     * A report was taken.
     *
     * @param at when
     * @param report the report
     */
    record ReportAccepted(Instant at, FaultReport report) implements HaEvent {}

    /**
     * It was decided what to do, and the plan for it is about to run.
     *
     * @param at when
     * @param report the report that led to it
     * @param decision what was decided
     * @param plan what will be done; empty where nothing will
     */
    record Decided(Instant at, FaultReport report, Decision decision, Plan plan) implements HaEvent {}

    /**
     * A try of an action ended.
     *
     * @param at when
     * @param action what was tried, and how it ended
     */
    record ActionEnded(Instant at, ActionRecord action) implements HaEvent {}

    /**
     * A plan came to its end.
     *
     * @param at when
     * @param outcome what became of the report
     */
    record PlanEnded(Instant at, ReportOutcome outcome) implements HaEvent {}
}
