package io.vmha.policy;

import io.vmha.model.Inventory;
import java.util.function.Supplier;

/** What a {@link PlacementRule} sees besides the VM and the host. Immutable and thread-safe. */
public final class PlacementContext {
    private final Supplier<Inventory> inventory;
    private final FailoverConfig config;

    PlacementContext(Supplier<Inventory> inventory, FailoverConfig config) {
        this.inventory = inventory;
        this.config = config;
    }

    /**
     * What there is, with the fault shown in it and what was decided before in the same batch. It is put together when it is
     * asked for: a rule that only needs the VM and the host is faster without.
     */
    public Inventory inventory() {
        return inventory.get();
    }

    /** The operator's choices. */
    public FailoverConfig config() {
        return config;
    }
}
