package io.vmha.adapter;

import io.vmha.model.VmId;

/**
 * Decides where the access requests meant for a virtual machine go: a load balancer, a virtual address, a DNS zone.
 *
 * <p>Safe to call from many threads at once; every method returns by its deadline, is idempotent, and throws {@link
 * AdapterException} like a {@link HypervisorAdapter}.
 */
public interface TrafficDirector {

    /**
     * Sends the requests that are meant for one machine to the given server from now on, and to no other. A machine that
     * is its own server has its requests back.
     *
     * @param owner the machine whose requests they are
     * @param server the machine that is to serve them
     * @param call the call's deadline and its origin
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void route(VmId owner, VmId server, CallContext call);

    /**
     * Reads back which machine the requests of the given one go to: itself where they were never moved.
     *
     * @throws AdapterException if it cannot be read
     */
    VmId serverOf(VmId owner, CallContext call);
}
