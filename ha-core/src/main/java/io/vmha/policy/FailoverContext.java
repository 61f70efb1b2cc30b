package io.vmha.policy;

import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;

/**
 * What a rule sees besides the candidate.
 *
 * @param inventory what there is, with the fault shown in it and what was decided before in the same batch
 * @param failed the machine whose requests are to move
 * @param failedHost the host that it is on
 * @param config the operator's choices
 */
public record FailoverContext(Inventory inventory, VirtualMachine failed, Host failedHost, FailoverConfig config) {

    /** The load that the candidate would have with the failed machine's load added, as a fraction of its allocation. */
    public double loadAfterMove(VirtualMachine candidate) {
        return DecisionEffects.loadAfter(candidate, failed);
    }
}
