package io.vmha.adapter;

import io.vmha.model.VmId;

/**
 * Makes a standby database the one that accepts writes.
 *
 * <p>Safe to call from many threads at once, idempotent, and throws {@link AdapterException} like a {@link
 * HypervisorAdapter}.
 */
@FunctionalInterface
public interface DatabasePromoter {

    /**
     * Promotes the database in that machine. When it returns, it accepts writes.
     *
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void promote(VmId vm, CallContext call);

    /**
     * Makes the database in that VM accept no more writes, so that another one may be promoted. When it returns, it accepts none.
     * By default that cannot be done.
     *
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    default void demote(VmId vm, CallContext call) {
        throw new AdapterException.Permanent(
                AdapterException.Cause.UNSUPPORTED, "the database in " + vm + " cannot be demoted");
    }
}
