package io.vmha.vsphere;

import io.vmha.model.HostId;
import io.vmha.model.VmId;

/**
 * Is told how moves of machines come along. Called by the thread that waits for the move; it must return quickly.
 *
 * @deprecated Use {@link io.vmha.adapter.MigrationListener}, which the adapters of all platforms take, with {@link
 *     VsphereAdapter.Builder#onMigration}.
 */
@Deprecated(since = "0.2.0", forRemoval = true)
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
