package io.vmha.adapter;

import io.vmha.model.HostId;
import io.vmha.model.PowerState;

/**
 * Powers a whole host off from outside it, such as by its management board or its power strip.
 *
 * <p>Safe to call from many threads at once; every method returns by its deadline, is idempotent, and throws {@link
 * AdapterException} like a {@link HypervisorAdapter}.
 */
public interface FencingDevice {

    /** A name for logs and explanations; never with a credential in it. */
    String name();

    /** Whether this device can fence that host. */
    boolean canFence(HostId host);

    /**
     * Powers the host off. When it returns, the host is confirmed off, and every machine on it with it.
     *
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void fence(HostId host, CallContext call);

    /**
     * Reads the host's power state from the device.
     *
     * @throws AdapterException if it cannot be read
     */
    PowerState powerState(HostId host, CallContext call);
}
