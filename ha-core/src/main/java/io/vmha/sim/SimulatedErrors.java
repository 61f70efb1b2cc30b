package io.vmha.sim;

import io.vmha.adapter.AdapterException;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;

/** The answers of a platform to calls that it cannot serve. */
final class SimulatedErrors {
    private SimulatedErrors() {}

    static VirtualMachine requireVm(Inventory actual, VmId id) {
        return actual.vm(id)
                .orElseThrow(() ->
                        new AdapterException.Permanent(AdapterException.Cause.UNKNOWN_SUBJECT, "no such VM: " + id));
    }

    static Host requireReachable(Inventory actual, HostId id) {
        Host host = actual.host(id)
                .orElseThrow(() ->
                        new AdapterException.Permanent(AdapterException.Cause.UNKNOWN_SUBJECT, "no such host: " + id));
        if (!host.health().runsVms()) {
            throw new AdapterException.Transient(
                    AdapterException.Cause.UNREACHABLE, "host " + id + " is " + host.health());
        }
        return host;
    }

    static AdapterException.Permanent refused(AdapterException.Cause cause, String message) {
        return new AdapterException.Permanent(cause, message);
    }
}
