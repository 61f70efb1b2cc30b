package io.vmha.adapter;

import io.vmha.model.VmId;
import java.util.Optional;

/**
 * Tells how far a standby database is behind its source.
 *
 * <p>Safe to call from many threads at once; throws {@link AdapterException} like a {@link HypervisorAdapter}.
 */
@FunctionalInterface
public interface ReplicationMonitor {

    /**
     * How far this machine's database is behind its source; empty where it is not a replica.
     *
     * @throws AdapterException if it cannot be read
     */
    Optional<ReplicationLag> lag(VmId vm, CallContext call);
}
