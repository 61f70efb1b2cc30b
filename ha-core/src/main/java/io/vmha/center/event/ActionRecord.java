package io.vmha.center.event;

import io.vmha.plan.Action;
import io.vmha.plan.PlanId;
import java.time.Instant;

/**
 * One try of one action: what an audit log has a line for.
 *
 * @param at when it started
 * @param plan the plan that it belongs to
 * @param step its number in the plan, 0 or more
 * @param action what was to be done
 * @param attempt which try it was, 1 or more; 0 where it was skipped
 * @param result how it ended
 * @param detail why it failed or was skipped, for a person; empty where it was done
 */
public record ActionRecord(
        Instant at, PlanId plan, int step, Action action, int attempt, ActionResult result, String detail) {}
