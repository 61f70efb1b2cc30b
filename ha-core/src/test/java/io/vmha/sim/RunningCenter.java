package io.vmha.sim;

import io.vmha.center.ManagementCenter;
import io.vmha.model.Inventory;
import java.util.Optional;

/** A center, the process that it runs in, and what it believes of its leadership. Confined to the simulation's thread. */
final class RunningCenter {
    private final CenterProcess process;
    private final long epoch;
    private boolean toldLoads;
    private boolean believesToLead = true;
    private Optional<ManagementCenter> center = Optional.empty();
    private Inventory checked = Inventory.empty();

    RunningCenter(CenterProcess process, long epoch) {
        this.process = process;
        this.epoch = epoch;
    }

    CenterProcess process() {
        return process;
    }

    long epoch() {
        return epoch;
    }

    boolean believesToLead() {
        return believesToLead;
    }

    void loseLeadership() {
        believesToLead = false;
    }

    void runs(ManagementCenter built) {
        center = Optional.of(built);
        checked = built.inventory();
    }

    /** The center, while its process lives. */
    Optional<ManagementCenter> center() {
        return process.isAlive() ? center : Optional.empty();
    }

    /** Whether it was given load samples. */
    boolean isToldLoads() {
        return toldLoads;
    }

    void tellLoads() {
        toldLoads = true;
    }

    /** What it believed when that was last checked. */
    Inventory checked() {
        return checked;
    }

    void checked(Inventory inventory) {
        checked = inventory;
    }
}
