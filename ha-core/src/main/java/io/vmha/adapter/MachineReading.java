package io.vmha.adapter;

import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.plan.PlanId;
import java.util.Optional;

/**
 * What a platform says of one machine. Immutable.
 *
 * @param host the host that it is on
 * @param power its power state
 * @param allocation what it is allocated
 * @param tellsOrigin whether the platform tells which action cloned a machine
 * @param madeBy the action that cloned it; empty if none did, or the platform does not tell
 */
public record MachineReading(
        HostId host, PowerState power, Resources allocation, boolean tellsOrigin, Optional<Origin> madeBy) {

    /**
     * The action that made a machine.
     *
     * @param plan the plan
     * @param step the action's number in it
     */
    public record Origin(PlanId plan, int step) {}
}
