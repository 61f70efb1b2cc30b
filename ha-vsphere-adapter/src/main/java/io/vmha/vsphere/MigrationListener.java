package io.vmha.vsphere;

import io.vmha.model.HostId;
import io.vmha.model.VmId;

/** Is told how moves of machines come along. Called by the thread that waits for the move; it must return quickly. */
@FunctionalInterface
public interface MigrationListener {
    /** Ignores what it is told. */
    MigrationListener IGNORING = (vm, target, percent) -> {};

    /**
     * Tells how far a move is.
     *
     * @param vm what moves
     * @param target where to
     * @param percent how much is done, 0 to 100
     */
    void progressed(VmId vm, HostId target, int percent);
}
