package io.vmha.center.event;

import io.vmha.plan.Plan;
import io.vmha.policy.Decision;
import io.vmha.policy.Reason;
import java.util.Optional;

/**
 * What would be decided and done about a report. Nothing is. Immutable.
 *
 * @param decision what would be decided
 * @param plan what would be done
 * @param heldFor what would hold it
 */
public record WhatIf(Decision decision, Plan plan, Optional<Reason> heldFor) {}
