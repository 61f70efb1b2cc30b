package io.vmha.sim;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.FencingDevice;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.plan.Action;
import io.vmha.plan.ActionEffects;
import java.time.Duration;

/** Powers hosts of a simulated datacenter off from outside. Thread-safe: the datacenter guards the state. */
final class SimulatedFencingDevice implements FencingDevice {
    private final SimulatedDatacenter datacenter;

    SimulatedFencingDevice(SimulatedDatacenter datacenter) {
        this.datacenter = datacenter;
    }

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public boolean canFence(HostId host) {
        return datacenter.actual().host(host).isPresent();
    }

    @Override
    public void fence(HostId host, CallContext call) {
        powerState(host, call);
        datacenter.change(actual -> ActionEffects.apply(actual, new Action.FenceHost(host)));
    }

    @Override
    public PowerState powerState(HostId host, CallContext call) {
        Duration unused = call.requireTimeLeft();
        return datacenter
                .actual()
                .host(host)
                .map(found -> found.health() == HostHealth.DOWN ? PowerState.OFF : PowerState.ON)
                .orElseThrow(
                        () -> SimulatedErrors.refused(AdapterException.Cause.UNKNOWN_SUBJECT, "no such host: " + host));
    }
}
