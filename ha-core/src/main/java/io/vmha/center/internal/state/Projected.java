package io.vmha.center.internal.state;

import io.vavr.collection.HashSet;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;

/**
 * The inventory as policies see it, and which VMs it shows as open plans are about to make them, not as they are known to be. Immutable.
 *
 * @param readings how many readings of the platform are counted in
 */
public record Projected(Inventory inventory, HashSet<VmId> planned, long readings) {
    /** What there is before anything is known of plans or readings. */
    public static Projected of(Inventory start) {
        return new Projected(start, HashSet.empty(), 0);
    }

    Projected with(Inventory next) {
        return new Projected(next, planned, readings);
    }
}
