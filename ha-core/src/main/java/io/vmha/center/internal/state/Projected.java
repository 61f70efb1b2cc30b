package io.vmha.center.internal.state;

import io.vavr.collection.HashSet;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;

/**
 * The inventory as policies see it, and which VMs it shows as open plans are about to make them, not as they are known to be. Immutable.
 */
public record Projected(Inventory inventory, HashSet<VmId> planned) {
    Projected with(Inventory next) {
        return new Projected(next, planned);
    }
}
