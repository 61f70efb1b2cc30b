package io.vmha.center.event;

import io.vmha.fault.FaultReport;
import io.vmha.plan.Plan;
import io.vmha.policy.Decision;
import io.vmha.policy.Reason;
import java.util.Optional;

/**
 * An open plan, for an operator. Immutable.
 *
 * @param plan what will be done
 * @param revision which revision of it: an approval is of what the operator saw
 * @param report what led to it
 * @param decision what was decided
 * @param heldFor what holds it, if anything does
 * @param open its number, and its steps that have not come to their end, with what they wait for
 */
public record PlanView(
        Plan plan,
        int revision,
        Optional<FaultReport> report,
        Decision decision,
        Optional<Reason> heldFor,
        CenterHealth.OpenPlan open) {}
