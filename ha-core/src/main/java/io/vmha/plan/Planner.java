package io.vmha.plan;

import io.vmha.model.ClusterRole;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
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
        return plan(id, inventory, decision, new RoleFacts(inventory));
    }

    /**
     * Returns what is to be done about a decision, by one who knows more than the inventory shows.
     *
     * @param id the plan's number
     * @param inventory what there was when it was decided
     * @param decision what was decided
     * @param facts what is known besides
     */
    public Plan plan(PlanId id, Inventory inventory, Decision decision, PlanFacts facts) {
        return new PlanBuilder(config, inventory, facts).build(id, decision.parts());
    }

    /**
     * Without further knowledge nothing is confirmed off. The primary cluster's database is the one that accepts writes, but where the
     * inventory shows requests that the standby's serves: then that took over.
     */
    private record RoleFacts(Inventory inventory) implements PlanFacts {
        @Override
        public boolean isConfirmedOff(VmId vm) {
            return false;
        }

        @Override
        public boolean showsFaults() {
            return false;
        }

        @Override
        public boolean acceptsWrites(VmId vm) {
            VirtualMachine asked = inventory.requireVm(vm);
            return isPrimary(asked)
                    ? asked.servedBy()
                            .flatMap(inventory::vm)
                            .filter(server -> !isPrimary(server))
                            .isEmpty()
                    : !inventory.servedFor(vm).isEmpty();
        }

        private boolean isPrimary(VirtualMachine vm) {
            return inventory.hostOf(vm).role() == ClusterRole.PRIMARY;
        }
    }
}
