package io.vmha.center;

import io.vmha.fault.FaultReport;
import io.vmha.plan.Plan;
import io.vmha.policy.Decision;
import java.time.Instant;
import java.util.Optional;

/** A step in the life of a report or a plan, for listeners. Immutable. */
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
     * @param report the report that led to it; empty where it was a load, an operator or a repair
     * @param decision what was decided
     * @param plan what will be done; empty where nothing will
     */
    record Decided(Instant at, Optional<FaultReport> report, Decision decision, Plan plan) implements HaEvent {}

    /**
     * It was decided what could be done, and the plan for it waits for an operator's approval.
     *
     * @param at when
     * @param decision what could be done
     * @param plan what would be done
     */
    record PlanHeld(Instant at, Decision decision, Plan plan) implements HaEvent {}

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
     * @param outcome what became of the decision
     */
    record PlanEnded(Instant at, DecisionOutcome outcome) implements HaEvent {}
}
