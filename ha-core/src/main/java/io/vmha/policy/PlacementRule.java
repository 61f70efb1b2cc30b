package io.vmha.policy;

import io.vmha.model.Host;
import io.vmha.model.VirtualMachine;
import java.util.Optional;

/**
 * Refuses a host on which a VM must not be started, cloned or moved to, and says why. Pure.
 *
 * <p>Hosts that are asked about are up, of the VM's own cluster and not in maintenance; a rule can only narrow that.
 */
@FunctionalInterface
public interface PlacementRule {

    /**
     * Returns why the host is refused, for a person; empty if this rule does not mind it.
     *
     * @param vm the VM that is to be placed; {@link VirtualMachine#host} is where it is now
     * @param host the host that could take it
     * @param context what else there is
     */
    Optional<String> refusal(VirtualMachine vm, Host host, PlacementContext context);
}
