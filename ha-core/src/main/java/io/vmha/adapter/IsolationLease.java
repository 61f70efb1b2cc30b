package io.vmha.adapter;

import io.vmha.model.VmId;
import java.time.Instant;
import java.util.Optional;

/**
 * Knows by when a machine has isolated itself for certain: a machine that holds a lease powers itself off, by a watchdog
 * that needs nobody's help, unless it renews the lease in time.
 *
 * <p>Safe to call from many threads at once, and quick.
 */
@FunctionalInterface
public interface IsolationLease {

    /**
     * The moment, by the center's clock and with all clock error added, from which on the machine is off unless it renews
     * its lease before; empty where it holds none.
     */
    Optional<Instant> isolatedAt(VmId vm);

    /** No machine holds a lease. */
    static IsolationLease none() {
        return vm -> Optional.empty();
    }
}
