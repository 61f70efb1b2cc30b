package io.vmha.plan;

import io.vmha.model.Inventory;
import io.vmha.policy.Decision;
import io.vmha.policy.FailoverConfig;

/**
 * Turns decisions into plans. Pure: the same arguments give the same plan.
 *
 * <p>A machine whose type requires fencing is confirmed off, or its host fenced, before its requests move (invariant 1
 * of the reference design); any other's requests move at once, while it is powered off beside that. A standby database
 * that takes over from the primary cluster is promoted first. A machine is powered on or cloned only after it is off.
 */
public final class Planner {
    private final FailoverConfig config;

    /** Makes a planner with the operator's choices. */
    public Planner(FailoverConfig config) {
        this.config = config;
    }

    /**
     * Returns what is to be done about a decision; an empty plan where nothing is.
     *
     * @param id the new plan's number
     * @param inventory what there is, without the decision; it may, but need not, show the fault
     * @param decision what was decided
     */
    public Plan plan(PlanId id, Inventory inventory, Decision decision) {
        return new PlanBuilder(config, inventory).build(id, decision.parts());
    }
}
