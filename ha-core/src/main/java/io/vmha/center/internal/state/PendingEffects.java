package io.vmha.center.internal.state;

import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import java.util.Optional;

/**
 * What open plans are still to do about one VM. Derived from their remaining steps each time; never kept. Immutable.
 *
 * @param place where it is to be started or cloned, or is migrating to
 * @param isMigrating whether it runs on while it moves
 * @param server which VM is to serve its requests; itself where they come home
 * @param allocation what it is to be allocated
 */
public record PendingEffects(
        Optional<HostId> place, boolean isMigrating, Optional<VmId> server, Optional<Resources> allocation) {

    /** Nothing is pending. */
    public static final PendingEffects NONE =
            new PendingEffects(Optional.empty(), false, Optional.empty(), Optional.empty());

    /** Tells what is pending; the queue of plans does. */
    @FunctionalInterface
    public interface Source {
        /** What open plans are still to do about that VM. */
        PendingEffects pendingOf(VmId vm);
    }
}
